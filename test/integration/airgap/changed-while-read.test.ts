import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { dependencyFile } from '../../../packages/core/src/airgap/content/bundle-files.ts';
import { dependencyTarget, writeDependencies } from '../../../packages/core/src/airgap/dependencies/mapping.ts';
import type { BundleSource } from '../../../packages/core/src/airgap/load/bundle-source.ts';
import { checkBundle } from '../../../packages/core/src/airgap/load/check-bundle.ts';
import { openDirectorySource } from '../../../packages/core/src/airgap/load/directory-source.ts';
import { digestOf, hexOf } from '../../../packages/core/src/reference/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { locked, lockOf, pushIndex } from './fixture.ts';
import { bundle, bundleTarget, places } from './setup.ts';

/** A medium that has a whole bundle, and whose holder puts another file in a place after it was read once. */
function changing(source: BundleSource, file: string): BundleSource {
  let reads = 0;
  const changed = async function* () {
    yield* source.open(file);
    // JSON all the same.
    yield Buffer.from('\n');
  };
  return { ...source, open: (each) => (each === file && ++reads > 1 ? changed() : source.open(each)) };
}

describe('a bundle that changes after it was checked', () => {
  it.each<[string, (digests: { readonly index: string; readonly child: string }) => string]>([
    ['the lock', () => 'buildpacks-ci.lock.json'],
    ['the list of images', () => 'index.json'],
    ['the facts', () => 'bundle.json'],
    ['an index', ({ index }) => `blobs/sha256/${index}`],
    ['a manifest', ({ child }) => `blobs/sha256/${child}`],
  ])('is refused: %s', async (_what, fileOf) => {
    const { source, shelf, repository, directory } = await places();
    const { index, amd64, arm64 } = await pushIndex(shelf, repository, '1');
    const output = bundleTarget(directory, 'directory');
    await bundle(lockOf(locked(`${source.host}/team/base:1`, index, [amd64, arm64])), output);
    const file = fileOf({ index: hexOf(index.digest), child: hexOf(amd64.digest) });
    const medium = await openDirectorySource(output.path, 'bundle');
    expect(await checkBundle(medium, undefined)).toMatchObject({ images: [{ reference: { tag: '1' } }] });
    const checking = checkBundle(changing(medium, file), undefined);
    await expect(checking).rejects.toThrow(`${file}: it is another file than when it was checked`);
  });

  it('gives no dependency to buildpacks that is not the lock’s', async () => {
    const directory = await temporaryDirectory();
    const digest = digestOf(Buffer.from('a JDK'));
    const source: BundleSource = {
      name: 'bundle',
      files: new Map([[dependencyFile(digest), 5]]),
      damages: [],
      open: async function* () {
        yield await Promise.resolve(Buffer.from('no JD'));
      },
      close: () => Promise.resolve(),
    };
    const jdk = { id: 'jdk', version: '21', uri: 'https://a.example/jdk.tgz', digest };
    const writing = writeDependencies([jdk], dependencyTarget(directory, undefined), source);
    await expect(writing).rejects.toThrow(`${digest} of "bundle" is damaged`);
    await expect(readFile(path.join(directory, 'sha256', hexOf(digest), 'jdk.tgz'))).rejects.toThrow('ENOENT');
  });
});
