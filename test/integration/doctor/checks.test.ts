import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createSecure } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../../../packages/core/src/doctor/verdict.ts';
import { exitStatusOf } from '../../../packages/core/src/errors/index.ts';
import { makeTree } from '../../../packages/core/test/inputs/support.ts';
import { reply } from '../../../packages/core/test/registry/fake-registry.ts';
import { type Authority, makeAuthority } from '../../bench/certificates.ts';
import { listen } from '../../bench/listen.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';
import { startForwardProxy, startRudeProxy } from '../proxy/forward-proxy.ts';
import { plainOrigin } from '../proxy/origin.ts';
import { checkOf, examine, startHub, startTunnelTo, verdicts } from './clinic.ts';

const ANN = 'password-of-ann';
const NOBODY = '127.0.0.1:1';
const FOUND = expect.stringMatching(/^ok read \S+: sha256:[0-9a-f]{12} for linux\/amd64$/) as string;

describe('when all is well', () => {
  test('every step is told, in the order in which one looks for a cause', async () => {
    const [hub, registry] = [await startHub(), await startHub()];
    const report = await examine({ image: `${registry.host}/team/app:1`, builder: `${hub.host}/builder:1` });
    expect(verdicts(report)).toEqual([
      `ok connect ${hub.host}: directly, plain http; open to everyone`,
      `ok connect ${registry.host}: directly, plain http; open to everyone`,
      FOUND,
      FOUND,
      `ok read ${registry.host}/team/app:1: may be read; no image is there yet`,
      `ok write ${registry.host}/team/app: may be pushed to, anonymously`,
    ]);
    expect(failureOf(report)).toBeUndefined();
  });

  test('nothing is left on the registry, and no layer is read', async () => {
    const registry = await startHub();
    await examine({ image: `${registry.host}/team/app:1`, builder: `${registry.host}/builder:1` });
    expect(registry.uploads.size).toBe(0);
    expect(registry.manifests.has('team/app:1')).toBe(false);
  });

  test('storage that a registry sends its clients to is named', async () => {
    const storage = await startHub();
    const hub = await startHub((exchange) => {
      const [, digest] = /\/blobs\/(sha256:.*)$/.exec(exchange.url.pathname) ?? [];
      if (digest === undefined) return false;
      return reply(exchange, 307, { location: `http://${storage.host}/signed/${digest}` });
    });
    for (const [digest, content] of hub.blobs) storage.blobs.set(digest, content);
    const report = await examine({ builder: `${hub.host}/builder:1` });
    expect(verdicts(report)).toContain(`ok storage http://${storage.host}: directly, plain http`);
    expect(checkOf(report, 'read')?.message).toContain(`content from http://${storage.host}`);
  });

  test('without image and builder the proxies alone are tried', async () => {
    const { url } = await startForwardProxy();
    expect(verdicts(await examine({ 'https-proxy': url.href }))).toEqual([
      `ok proxy http://${url.host}: listens (https-proxy)`,
    ]);
  });
});

describe('when the way is barred', () => {
  test('an unknown host is told once, and what depends on it is not tried', async () => {
    const report = await examine({ image: 'registry.nowhere.invalid/app:1', 'previous-image': 'none' });
    expect(verdicts(report)).toEqual([
      'failed connect registry.nowhere.invalid: [dns] the host name "registry.nowhere.invalid" is not known',
      "failed write registry.nowhere.invalid/app: not tried: registry.nowhere.invalid can't be reached",
    ]);
    expect(exitStatusOf(failureOf(report))).toBe(111);
  });

  test('a registry that does not listen', async () => {
    const report = await examine({ image: `${NOBODY}/app:1`, 'previous-image': 'none' });
    expect(verdicts(report)[0]).toBe(`failed connect ${NOBODY}: [tcp] ${NOBODY} refused the connection`);
  });

  test('a proxy that does not listen is told once', async () => {
    const report = await examine({
      image: 'registry.example/app:1',
      'previous-image': 'none',
      'https-proxy': `http://${NOBODY}`,
    });
    expect(verdicts(report)).toEqual([
      `failed proxy http://${NOBODY}: [tcp] ${NOBODY} refused the connection`,
      `failed connect registry.example: not tried: http://${NOBODY} can't be reached`,
      "failed write registry.example/app: not tried: registry.example can't be reached",
    ]);
  });

  test.each([
    [
      'does not take the password',
      'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="corp"\r\n\r\n',
      '407',
      'user and password in https-proxy',
      2,
    ],
    [
      'forbids the host',
      'HTTP/1.1 403 Forbidden\r\n\r\n',
      '403',
      'Ask who runs the proxy to allow registry.example:443',
      2,
    ],
    [
      'does not get through',
      'HTTP/1.1 502 Bad Gateway\r\n\r\n',
      '502',
      "can't get through to registry.example:443",
      111,
    ],
  ])('a proxy that %s', async (_, answer, status, remedy, exit) => {
    const proxy = await startRudeProxy(answer);
    const report = await examine({
      image: 'registry.example/app:1',
      'https-proxy': `http://ann:${ANN}@${proxy}`,
    });
    expect(checkOf(report, 'proxy')?.verdict).toBe('ok');
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      hop: 'proxy',
      message: expect.stringContaining(`the proxy http://${proxy} answers ${status}`) as string,
      remedy: expect.stringContaining(remedy) as string,
    });
    expect(exitStatusOf(failureOf(report))).toBe(exit);
    expect(JSON.stringify(report)).not.toContain(ANN);
  });

  test('a server that takes requests and answers none is given up', async () => {
    const { host } = await plainOrigin(() => undefined);
    const report = await examine({ image: `${host}/app:1`, 'previous-image': 'none' }, { longestSleep: 500 });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      code: 'temporary',
      message: 'there was no answer in 20 seconds',
    });
  });

  test('plain http where TLS is wanted', async () => {
    const registry = await startHub();
    const tunnel = await startTunnelTo(registry.host);
    const report = await examine({ image: 'registry.example/app:1', 'https-proxy': `http://${tunnel}` });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      hop: 'tls',
      message: expect.stringContaining('registry.example does not speak TLS on this port') as string,
      remedy: expect.stringContaining('list registry.example in insecure-registries') as string,
    });
  });

  test('a server that is no registry is a warning with a remedy', async () => {
    const { host } = await plainOrigin((_request, response) => response.writeHead(404).end());
    const report = await examine({ image: `${host}/app:1`, 'previous-image': 'none' });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'warning',
      message: 'directly, plain http; answers 404 Not Found to /v2/',
    });
    expect(checkOf(report, 'write')).toMatchObject({ verdict: 'failed', hop: 'http' });
  });
});

describe('with TLS', () => {
  test('a private authority that is missing is named, with the chain and what to do', async () => {
    const registry = await bench({ tls: true });
    const report = await examine({ image: `${registry.host}/app:1` });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      hop: 'tls',
      message: expect.stringContaining('not trusted') as string,
      details: expect.arrayContaining([expect.stringContaining('CN=registry')]) as string[],
      remedy: expect.stringContaining('"CN=Bench Authority" to ca-certificates') as string,
    });
    expect(exitStatusOf(failureOf(report))).toBe(1);
  });

  test('it is well when the authority is given', async () => {
    const registry = await bench({ tls: true });
    const report = await examine({ image: `${registry.host}/app:1`, 'ca-certificates': registry.ca ?? '' });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'ok',
      message: 'directly, TLSv1.3, certificate by "CN=Bench Authority"; open to everyone',
    });
  });

  test('a client certificate that is missing is asked for', async () => {
    const authority = await testAuthority();
    const registry = await bench({ tls: authority, clients: authority });
    const report = await examine({ image: `${registry.host}/app:1`, 'ca-certificates': registry.ca ?? '' });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      hop: 'tls',
      message: expect.stringContaining('wants a certificate from the client') as string,
      remedy: expect.stringContaining(`client-certificates: ${registry.host}=CERTIFICATE,KEY`) as string,
    });
  });

  test('it is well when the client certificate is given', async () => {
    const authority = await testAuthority();
    const registry = await bench({ tls: authority, clients: authority });
    const { certificateFile, keyFile } = await authority.issue('ci', { client: true });
    const report = await examine({
      image: `${registry.host}/app:1`,
      'ca-certificates': registry.ca ?? '',
      'client-certificates': `${registry.host}=${certificateFile},${keyFile}`,
    });
    expect(failureOf(report)).toBeUndefined();
    expect(report.hosts).toMatchObject([{ address: registry.host, clientCertificate: certificateFile }]);
  });

  test('an https proxy of an unknown authority is told as the proxy', async () => {
    const { certificate: cert, key } = await (await testAuthority()).issue('proxy');
    const server = createSecure({ cert, key });
    const listening = await listen(server, 'https');
    onTestFinished(() => listening.close());
    const report = await examine({ image: 'registry.example/app:1', 'https-proxy': listening.url });
    expect(checkOf(report, 'proxy')).toMatchObject({ verdict: 'failed', hop: 'tls' });
  });
});

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
    expect(checkOf(report, 'read')).toMatchObject({ verdict: 'failed', code: 'policy' });
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

async function bench(options: RegistryOptions): Promise<Registry> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.stop());
  return registry;
}

async function testAuthority(): Promise<Authority> {
  const directory = await mkdtemp(path.join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return makeAuthority(directory);
}
