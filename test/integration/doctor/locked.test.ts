import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../../packages/core/src/doctor/verdict.ts';
import { lockJson } from '../../../packages/core/src/lock/lock-json.ts';
import type { LockedImage } from '../../../packages/core/src/lock/lock.ts';
import { digestOf, parseReference } from '../../../packages/core/src/reference/index.ts';
import { makeTree } from '../../../packages/core/test/inputs/support.ts';
import type { FakeRegistry } from '../../../packages/core/test/registry/fake-registry.ts';
import { addImage, examine, startHub, verdicts } from './clinic.ts';

/** As `lock` would write it, of what the registry has now. */
function lockFile(hub: FakeRegistry, names: readonly string[], architecture = 'amd64'): string {
  const images = names.map((name): LockedImage => {
    const { mediaType = '', bytes = new Uint8Array() } = hub.manifests.get(`${name}:1`) ?? {};
    const digest = digestOf(bytes);
    const platforms = [{ platform: { os: 'linux', architecture }, digest }];
    return { reference: parseReference(`${hub.host}/${name}:1`), roles: ['builder'], digest, mediaType, platforms };
  });
  return path.join(makeTree({ 'lock.json': lockJson({ images }) }), 'lock.json');
}

const reads = (report: Parameters<typeof verdicts>[0]) => verdicts(report).filter((line) => line.includes(' read '));

describe('with a lock', () => {
  test('images are read by their digests there, whatever their tags say now', async () => {
    const hub = await startHub();
    const file = lockFile(hub, ['builder', 'run']);
    for (const name of ['builder', 'run']) hub.manifests.delete(`${name}:1`);
    const report = await examine({ builder: `${hub.host}/builder:1`, locked: 'true', 'lock-file': file });
    expect(reads(report)).toEqual([
      expect.stringMatching(/^ok read \S+\/builder@sha256:/),
      expect.stringMatching(/^ok read \S+\/run@sha256:/),
    ]);
    expect(report.images.map(({ name }) => name)).toEqual([expect.stringMatching(/\/builder@sha256:/)]);
    expect(hub.lines().filter((line) => line.endsWith('/manifests/1'))).toEqual([]);
  });

  test.each([
    ['builder', ['run'], 1],
    ['run image', ['builder'], 2],
  ])('a %s that is not in it is refused, and nobody is asked for it', async (_what, names, lines) => {
    const hub = await startHub();
    const file = lockFile(hub, names);
    const report = await examine({ builder: `${hub.host}/builder:1`, locked: 'true', 'lock-file': file });
    expect(reads(report)).toHaveLength(lines);
    expect(reads(report).at(-1)).toMatch(
      /^failed read .* is not in ".*lock\.json", and only what it names may be used$/,
    );
    expect(failureOf(report)).toBeDefined();
  });

  test('an image that it has for other platforms is refused', async () => {
    const hub = await startHub();
    const file = lockFile(hub, ['builder'], 's390x');
    const report = await examine({ builder: `${hub.host}/builder:1`, locked: 'true', 'lock-file': file });
    expect(reads(report)).toEqual([expect.stringContaining('for linux/s390x, and the build is for linux/amd64')]);
  });

  test('a name of the run image that it lacks is a warning where it has another', async () => {
    const hub = await startHub();
    const metadata = {
      lifecycle: {
        version: '0.21.14',
        apis: { platform: { supported: ['0.14'] }, buildpack: { supported: ['0.11'] } },
      },
      images: [{ image: 'registry.example/run:1', mirrors: [`${hub.host}/run:1`] }],
    };
    addImage(hub, 'builder', { 'io.buildpacks.builder.metadata': JSON.stringify(metadata) });
    const file = lockFile(hub, ['builder', 'run']);
    const report = await examine({ builder: `${hub.host}/builder:1`, locked: 'true', 'lock-file': file });
    expect(reads(report).slice(1)).toEqual([
      expect.stringMatching(/^warning read registry\.example\/run:1: .* is not in /),
      expect.stringMatching(/^ok read \S+\/run@sha256:/),
    ]);
    expect(failureOf(report)).toBeUndefined();
  });
});
