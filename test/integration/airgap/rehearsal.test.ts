import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lookIntoBundle } from '../../../packages/core/src/index.ts';
import type { Digest } from '../../../packages/core/src/reference/index.ts';
import { lockDigest } from '../../../packages/core/src/lock/lock-json.ts';
import { corePorts } from '../../e2e/support/ports.ts';
import { startRegistry } from '../../bench/registry.ts';
import { blobSizes, flip } from './edits.ts';
import { AMD64, locked, lockOf, pushArtifact, pushIndex } from './fixture.ts';
import { bundle, bundleTarget, load, places } from './setup.ts';

const ANOTHER: Digest = `sha256:${'0'.repeat(64)}`;

/** A bundle of an index with two platforms, and a bill of materials that belongs to it. */
async function packed(form: 'directory' | 'parts', options: Parameters<typeof bundle>[2] = {}) {
  const { shelf, repository, source, directory } = await places();
  const { index, amd64, arm64 } = await pushIndex(shelf, repository, '1');
  await pushArtifact(shelf, repository, { subject: index }, `${index.digest.replace(':', '-')}.sbom`);
  const lock = lockOf(locked(`${source.host}/team/base:1`, index, [amd64, arm64]));
  const output = bundleTarget(directory, form);
  const { digest } = await bundle(lock, output, options);
  return { place: output.path, name: `${source.host}/team/base`, digest, lock, index, amd64, arm64 };
}

describe('a rehearsal', () => {
  it('tells before a load that nothing may be pushed', async () => {
    const { place } = await packed('directory');
    const target = await startRegistry({
      intercept: ({ method }) => (method === 'POST' ? { status: 403 } : undefined),
    });
    onTestFinished(() => target.stop());
    await expect(load(place, target.host, { isRehearsal: true })).rejects.toMatchObject({ code: 'denied' });
  });

  it.each([
    ['a whole index', {}, ['index']],
    ['an index with one platform', { platforms: [AMD64] }, ['amd64']],
  ] as const)('of %s tells what a node may pull', async (_what, options, expected) => {
    const { place, index, amd64 } = await packed('directory', options);
    const target = await startRegistry();
    onTestFinished(() => target.stop());
    const { images } = await load(place, `${target.host}/mirror`, { isRehearsal: true });
    const found = { index, amd64 };
    expect(images.flatMap(({ pulls }) => pulls)).toMatchObject(
      expected.map((name) => ({ kind: 'digest', digest: found[name].digest })),
    );
  });
});

describe('a look into a bundle', () => {
  it('tells without a registry what is in it', async () => {
    const { place, name, digest, lock, index, amd64, arm64 } = await packed('parts');
    const contents = await lookIntoBundle({ bundle: place, expected: digest }, corePorts());
    expect(contents).toMatchObject({
      digest,
      lock: lockDigest(lock),
      images: [
        {
          name: `${name}:1`,
          digest: index.digest,
          platforms: [
            { platform: 'linux/amd64', digest: amd64.digest },
            { platform: 'linux/arm64', digest: arm64.digest },
          ],
        },
      ],
      dependencies: [],
    });
    expect(contents.attachments).toHaveLength(1);
    expect(contents.size).toBeGreaterThan(contents.images[0]?.size ?? Infinity);
  });

  it('refuses another bundle than the one that is expected', async () => {
    const { place } = await packed('directory');
    await expect(lookIntoBundle({ bundle: place, expected: ANOTHER }, corePorts())).rejects.toMatchObject({
      code: 'policy',
    });
  });

  it('reads every byte', async () => {
    const { place } = await packed('directory');
    const [layer = ''] = (await blobSizes(place)).keys();
    await flip(path.join(place, 'blobs/sha256', layer), 0);
    await expect(lookIntoBundle({ bundle: place }, corePorts())).rejects.toThrow(/is damaged/);
  });
});
