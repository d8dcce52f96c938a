import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { IndexedPack } from '../../../src/cache/format/cache-index.ts';
import { NewLayers } from '../../../src/cache/save/new-layers.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { IDENTITY } from '../support/sample-index.ts';
import { seededBytes } from '../support/seeded.ts';
import { tree, writeVolumeCache } from '../support/volume-cache.ts';

it('a pack that is large enough is stored before the next one begins, and what it holds is not packed again', async () => {
  const cache = await temporaryDirectory();
  const scratch = await temporaryDirectory();
  const content = seededBytes(1, 400_000);
  const names = ['a/one', 'a/two', 'a/three'];
  const layers = await writeVolumeCache(cache, [
    tree('a/one', content),
    tree('a/two', seededBytes(2, 400_000)),
    tree('a/three', Buffer.concat([content, Buffer.from('end')])),
  ]);
  const uploads: { readonly pack: IndexedPack; readonly bytes: number; readonly files: number }[] = [];
  const packing = new NewLayers({
    scratch,
    stored: [],
    maxBytes: 1e9,
    packBytes: 300_000,
    avoid: new Set(),
    upload: async (pack, file) => {
      uploads.push({ pack, bytes: (await stat(file)).size, files: (await readdir(scratch)).length });
    },
  });
  const { signal } = new AbortController();
  const added = [];
  for (const [index, layer] of layers.entries()) {
    const rule = { folder: path.posix.join('/layers', names[index] ?? ''), uid: IDENTITY.uid, gid: IDENTITY.gid };
    added.push(await packing.add({ cache, layer, signal }, rule));
  }
  const packs = await packing.finish();

  expect(packs).toEqual(uploads.map(({ pack }) => pack));
  expect(uploads.map(({ pack, bytes, files }) => [bytes === pack.size, files])).toEqual(packs.map(() => [true, 1]));
  expect(new Set(packs.map(({ digest }) => digest)).size).toBe(3);
  expect(packs[2]?.size).toBeLessThan(300_000);
  expect(new Set(added[2]?.chunks.map(({ pack }) => pack))).toEqual(new Set([0, 2]));
  expect(added.map(({ diffId }) => diffId)).toEqual(layers);
  expect(await readdir(scratch)).toEqual([]);
});
