import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../../packages/core/src/doctor/verdict.ts';
import { exitStatusOf } from '../../../packages/core/src/errors/index.ts';
import { makeTree } from '../../../packages/core/test/inputs/support.ts';
import { bench, checkOf, examine, startHub, verdicts } from './clinic.ts';

const ANN = 'password-of-ann';
const NOBODY = '127.0.0.1:1';
const FOUND = expect.stringMatching(/^ok read \S+: sha256:[0-9a-f]{12} for linux\/amd64$/) as string;

describe('with mirrors', () => {
  test('one that is down is a warning where the registry answers', async () => {
    const hub = await startHub();
    const report = await examine({ builder: `${hub.host}/builder:1`, 'registry-mirrors': `${hub.host}=${NOBODY}/hub` });
    expect(verdicts(report)).toEqual([
      `warning connect ${NOBODY}: [tcp] ${NOBODY} refused the connection`,
      `ok connect ${hub.host}: directly, plain http; open to everyone`,
      `warning read ${NOBODY}/hub/builder:1: not tried: ${NOBODY} can't be reached`,
      FOUND,
      `warning read ${NOBODY}/hub/run:1: not tried: ${NOBODY} can't be reached`,
      FOUND,
    ]);
    expect(failureOf(report)).toBeUndefined();
  });

  test('one behind a healthy mirror is tried as well', async () => {
    const [mirror, hub] = [await startHub(undefined, 'registry.example/run:1'), await startHub()];
    const report = await examine({
      builder: 'registry.example/builder:1',
      'registry-mirrors': ['registry.example=' + mirror.host, 'registry.example=' + hub.host],
    });
    expect(checkOf(report, 'read', `${hub.host}/builder:1`)?.verdict).toBe('ok');
    expect(hub.lines()).toContain('GET /v2/builder/manifests/1');
  });

  test('one for digests only is asked for what the tag leads to', async () => {
    const [mirror, hub] = [await startHub(), await startHub()];
    for (const [name, manifest] of hub.manifests) mirror.manifests.set(name, manifest);
    for (const [digest, content] of hub.blobs) mirror.blobs.set(digest, content);
    const directory = makeTree({
      'registries.conf': [
        `[[registry]]\nlocation = "${hub.host}"`,
        `[[registry.mirror]]\nlocation = "${mirror.host}"\npull-from-mirror = "digest-only"\n`,
      ].join('\n'),
    });
    const report = await examine({
      builder: `${hub.host}/builder:1`,
      'registries-conf': path.join(directory, 'registries.conf'),
    });
    expect(report.images[0]?.skipped).toEqual([{ name: mirror.host, why: 'this mirror may not resolve tags' }]);
    expect(verdicts(report).filter((line) => line.startsWith(`ok read ${mirror.host}/builder@sha256:`))).toHaveLength(
      1,
    );
  });

  test('a registry that a rule blocks is refused by policy', async () => {
    const directory = makeTree({
      'registries.conf': '[[registry]]\nlocation = "registry.example"\nblocked = true\n',
    });
    const report = await examine({
      builder: 'registry.example/builder:1',
      'registries-conf': path.join(directory, 'registries.conf'),
    });
    expect(checkOf(report, 'read')).toMatchObject({ verdict: 'failed', hop: 'input', code: 'policy' });
    expect(exitStatusOf(failureOf(report))).toBe(112);
  });

  test('nothing is left to ask when all fail', async () => {
    const report = await examine({
      builder: 'registry.nowhere.invalid/builder:1',
      'registry-mirrors': `registry.nowhere.invalid=${NOBODY}`,
    });
    expect((report.checks ?? []).filter(({ verdict }) => verdict === 'failed')).toHaveLength(4);
  });

  test('the one that would be read from is why the engine is not asked to pull', async () => {
    const mirror = await startHub(undefined, 'registry.example/run:1');
    const report = await examine({
      builder: 'registry.example/builder:1',
      'registry-mirrors': `registry.example=${mirror.host}`,
    });
    expect(report.engine.builderFrom).toEqual({ by: 'us', because: `it was read from ${mirror.host}/builder` });
  });
});

describe('with credentials', () => {
  const auth = { kind: 'basic', users: { ann: ANN } } as const;

  test('a stranger is told to log in', async () => {
    const registry = await bench({ auth });
    const report = await examine({ image: `${registry.host}/app:1` });
    expect(checkOf(report, 'connect')?.message).toBe('directly, plain http; asks for a user and password');
    expect(checkOf(report, 'write')).toMatchObject({
      verdict: 'failed',
      hop: 'credentials',
      code: 'denied',
      remedy: expect.stringContaining(`docker login ${registry.host}`) as string,
    });
    expect(exitStatusOf(failureOf(report))).toBe(2);
  });

  test('a wrong password is told, and not shown', async () => {
    const registry = await bench({ auth });
    const report = await examine({
      image: `${registry.host}/app:1`,
      'registry-auth': `${registry.host}=ann:wrong-password`,
    });
    expect(checkOf(report, 'write')).toMatchObject({ verdict: 'failed', hop: 'credentials' });
    expect(JSON.stringify(report)).not.toContain('wrong-password');
  });

  test('the right to read is not the right to write', async () => {
    const registry = await bench({
      auth: { kind: 'token', users: { ann: { password: ANN, grants: { '*': ['pull'] } } } },
    });
    const report = await examine({ image: `${registry.host}/app:1`, 'registry-auth': `${registry.host}=ann:${ANN}` });
    expect(checkOf(report, 'read')).toMatchObject({ verdict: 'ok', message: 'may be read; no image is there yet' });
    expect(checkOf(report, 'write')).toMatchObject({ verdict: 'failed', hop: 'credentials', code: 'denied' });
    expect(checkOf(report, 'token service')).toMatchObject({ verdict: 'ok' });
  });

  test('all is well with the right ones', async () => {
    const registry = await bench({ auth });
    const report = await examine({ image: `${registry.host}/app:1`, 'registry-auth': `${registry.host}=ann:${ANN}` });
    expect(checkOf(report, 'write')).toMatchObject({ verdict: 'ok', message: 'may be pushed to, as ann' });
    expect(report.images.at(-1)?.endpoints[0]?.credential).toMatchObject({ kind: 'basic', source: 'registry-auth' });
  });
});

describe('with a builder that is none', () => {
  test('it says so, and looks for no run image', async () => {
    const hub = await startHub();
    const report = await examine({ builder: `${hub.host}/run:1` });
    expect(checkOf(report, 'read')).toMatchObject({ verdict: 'failed', hop: 'input', code: 'input' });
    expect(verdicts(report)).toHaveLength(2);
  });

  test('a buildpack whose name is no id on the builder is read as an image', async () => {
    const hub = await startHub();
    const report = await examine({ builder: `${hub.host}/builder:1`, buildpacks: `${hub.host}/pack:1` });
    expect(verdicts(report)).toContain(
      `failed read ${hub.host}/pack:1: [input] "${hub.host}/pack:1" does not exist on ${hub.host}`,
    );
  });

  test('one that is not there is told', async () => {
    const hub = await startHub();
    const report = await examine({ builder: `${hub.host}/nothing:1` });
    expect(checkOf(report, 'read')?.message).toBe(`"${hub.host}/nothing:1" does not exist on ${hub.host}`);
  });
});
