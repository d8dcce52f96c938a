import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IndexedLayer, IndexedPack } from '../../../src/cache/format/cache-index.ts';
import { sealIndex } from '../../../src/cache/format/index-object.ts';
import { identityKey } from '../../../src/cache/index.ts';
import { NewLayers } from '../../../src/cache/save/new-layers.ts';
import { CACHE_METADATA, fileOfLayer } from '../../../src/cache/volume-cache.ts';
import type { Digest } from '../../../src/reference/index.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { builds } from '../support/build.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { IDENTITY, sampleIndex } from '../support/sample-index.ts';
import { seededBytes } from '../support/seeded.ts';
import { type CachedTree, readVolumeCache, tree, writeVolumeCache } from '../support/volume-cache.ts';

const MB = 1_000_000;
const { signal } = new AbortController();

/** Packs what a build has cached, into packs of this size. */
async function packing(trees: readonly CachedTree[], packBytes: number) {
  const [cache, scratch] = [await temporaryDirectory(), await temporaryDirectory()];
  const layers = await writeVolumeCache(cache, trees);
  const store = new MemoryStore();
  const uploads: { readonly pack: IndexedPack; readonly bytes: number; readonly files: number }[] = [];
  const upload = async (pack: IndexedPack, file: string) => {
    uploads.push({ pack, bytes: (await stat(file)).size, files: (await readdir(scratch)).length });
    await store.writePack({ digest: pack.digest, size: pack.size, file }, signal);
  };
  const packs = new NewLayers({ scratch, stored: [], maxBytes: 1e9, packBytes, avoid: new Set(), upload });
  const add = (at: number) => {
    const folder = path.posix.join('/layers', trees[at]?.name ?? '');
    const [layer] = layers.slice(at);
    if (layer === undefined) throw new Error(`there is no layer ${at}`);
    return packs.add({ cache, layer, signal }, { folder, uid: IDENTITY.uid, gid: IDENTITY.gid });
  };
  return { cache, scratch, layers, store, uploads, packs, add };
}

/** What a build finds that reads an index of these. */
async function restored({ cache, store }: Packing, layers: readonly IndexedLayer[], packs: readonly IndexedPack[]) {
  const metadata = await readFile(path.join(cache, 'committed', CACHE_METADATA), 'utf8');
  const object = await sealIndex(sampleIndex({ metadata, layers, packs }));
  await store.writeIndex(identityKey(IDENTITY), { object, packs: packs.map(({ digest }) => digest) }, signal);
  const { restore } = await builds(store);
  return restore();
}

type Packing = Awaited<ReturnType<typeof packing>>;

/** Makes a layer another one, near its end. */
async function spoil({ cache }: Packing, layer: Digest | undefined): Promise<void> {
  const file = path.join(cache, 'committed', fileOfLayer(layer ?? `sha256:${'0'.repeat(64)}`));
  const bytes = await readFile(file);
  bytes.fill(0, bytes.length - 6000, bytes.length - 5900);
  await writeFile(file, bytes);
}

describe('a pack that is large enough', () => {
  it('is stored before the next one begins, and what it holds is not packed again', async () => {
    const content = seededBytes(1, 400_000);
    const { scratch, layers, uploads, packs, add } = await packing(
      [
        tree('a/one', content),
        tree('a/two', seededBytes(2, 400_000)),
        tree('a/three', Buffer.concat([content, Buffer.from('end')])),
      ],
      300_000,
    );
    const added = [await add(0), await add(1), await add(2)];
    const all = await packs.finish();

    expect(all).toEqual(uploads.map(({ pack }) => pack));
    expect(uploads.map(({ pack, bytes, files }) => [bytes === pack.size, files])).toEqual(all.map(() => [true, 1]));
    expect(new Set(all.map(({ digest }) => digest)).size).toBe(3);
    expect(all[2]?.size).toBeLessThan(300_000);
    expect(new Set(added[2]?.chunks.map(({ pack }) => pack))).toEqual(new Set([0, 2]));
    expect(added.map(({ diffId }) => diffId)).toEqual(layers);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('ends in the middle of a layer, which comes back whole', async () => {
    const made = await packing([tree('a/small', 'text'), tree('b/large', seededBytes(3, 26 * MB))], 2 * MB);
    const layers = [await made.add(0), await made.add(1)];
    const all = await made.packs.finish();

    expect(all.length).toBeGreaterThan(2);
    expect(made.uploads.map(({ pack: { size }, files }) => [size < 15 * MB, files])).toEqual(all.map(() => [true, 1]));
    expect(new Set(layers[1]?.chunks.map(({ pack }) => pack)).size).toBe(all.length);
    const { files, warnings } = await restored(made, layers, all);
    expect(warnings).toEqual([]);
    expect(files).toEqual(await readVolumeCache(made.cache));
  });
});

describe('a layer that is not packed after all', () => {
  it.each([
    ['behind another one', [tree('a/small', 'text')], 1],
    ['at first', [], 0],
  ])('leaves of its packs only one that has others in it: %s', async (_, before, kept) => {
    const large = tree('b/large', seededBytes(4, 26 * MB));
    const made = await packing([...before, large, tree('c/last', seededBytes(5, 100_000))], 2 * MB);
    await spoil(made, made.layers[kept]);
    const layers = [];
    for (const at of before.keys()) layers.push(await made.add(at));
    await expect(made.add(kept)).rejects.toThrow('its digest is wrong');
    const uploaded = made.uploads.length;
    expect(uploaded).toBeGreaterThan(1);
    expect(made.packs.newBytes).toBe(made.uploads.slice(0, kept).reduce((sum, { bytes }) => sum + bytes, 0));

    layers.push(await made.add(kept + 1));
    const all = await made.packs.finish();
    expect(all).toEqual([...made.uploads.slice(0, kept), ...made.uploads.slice(uploaded)].map(({ pack }) => pack));
    expect(await readdir(made.scratch)).toEqual([]);
    const { files, warnings } = await restored(made, layers, all);
    expect(warnings).toEqual([]);
    expect(Object.keys(files).filter((name) => name.endsWith('.tar'))).toHaveLength(layers.length);
  });
});
