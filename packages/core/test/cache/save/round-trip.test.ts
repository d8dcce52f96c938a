import { createHash } from 'node:crypto';
import { readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryItem, fileItem } from '../../../src/archive/index.ts';
import { parentOf, type RestoreOutcome } from '../../../src/cache/index.ts';
import { CACHE_METADATA } from '../../../src/cache/volume-cache.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { builds } from '../support/build.ts';
import { failingFrom, hangingFrom } from '../support/doubles.ts';
import { emptyShelf, MemoryStore } from '../support/memory-store.ts';
import { IDENTITY } from '../support/sample-index.ts';
import { seededBytes } from '../support/seeded.ts';
import {
  type CachedTree,
  LIFECYCLE_FACTS,
  metadataOf,
  readVolumeCache,
  tree,
  writeLayer,
} from '../support/volume-cache.ts';

const LARGE = tree('a/large', seededBytes(1, 1_000_000));
const SMALL = tree('a/small', seededBytes(2, 200_000));
const TEXT = tree('b/text', 'some text\n'.repeat(5000));
const SBOM = tree('sbom/cache', '{}');

async function setup() {
  const shelf = emptyShelf();
  const store = new MemoryStore(shelf);
  return { shelf, store, ...(await builds(store)) };
}

function restored(outcome: RestoreOutcome) {
  const parent = parentOf(outcome);
  if (parent === undefined) throw new Error(JSON.stringify(outcome));
  return parent;
}

describe('a cache', () => {
  it('comes back as it was', async () => {
    const { built, save, restore } = await setup();
    const cache = await built(LARGE, SMALL, TEXT, SBOM);
    expect((await save(cache)).outcome).toMatchObject({ kind: 'saved', traffic: { requests: 2, down: 0 } });
    const { files, warnings } = await restore();
    expect(files).toEqual(await readVolumeCache(cache));
    expect(warnings).toEqual([]);
  });

  it('is not there at first, which is no trouble', async () => {
    const { restore } = await setup();
    const { outcome, cache, warnings } = await restore();
    expect(outcome).toMatchObject({ kind: 'miss', reason: 'none', traffic: { requests: 1 } });
    expect(await readdir(cache)).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('has nothing to save when the lifecycle left nothing', async () => {
    const { fresh, save, store } = await setup();
    expect((await save(await fresh('empty'))).outcome).toMatchObject({ kind: 'nothing', traffic: { requests: 0 } });
    expect(store.traffic.requests).toBe(0);
  });

  it('may have no layers', async () => {
    const { built, save, restore } = await setup();
    const cache = await built();
    expect((await save(cache)).outcome).toMatchObject({ kind: 'saved', traffic: { requests: 1 } });
    expect((await restore()).files).toEqual(await readVolumeCache(cache));
  });

  it('is not saved again when it has not changed', async () => {
    const { saveTrees, restore, save } = await setup();
    await saveTrees([LARGE, SBOM]);
    const { outcome, cache } = await restore();
    const again = await save(cache, { parent: restored(outcome) });
    expect(again.outcome).toMatchObject({ kind: 'unchanged', layers: [], traffic: { requests: 0, up: 0 } });
  });

  it('is saved with a new image, and without a pack', async () => {
    const { saveTrees, restore, save } = await setup();
    await saveTrees([LARGE]);
    const image = digestOf(Buffer.from('image'));
    const { outcome, cache } = await restore();
    const again = await save(cache, { parent: restored(outcome), image });
    expect(again.outcome).toMatchObject({ kind: 'saved', layers: [], traffic: { requests: 1 } });
    const next = await restore();
    expect(next.outcome).toMatchObject({ index: { image, parent: restored(outcome).digest } });
    expect((await save(next.cache, { parent: restored(next.outcome) })).outcome.kind).toBe('unchanged');
  });

  it('of another identity is continued under its own, with the same packs', async () => {
    const { shelf, saveTrees, restore, save } = await setup();
    await saveTrees([LARGE]);
    const own = { ...IDENTITY, scope: 'branch' };
    const { outcome, cache } = await restore([{ identity: own }, { identity: IDENTITY }]);
    await save(cache, { identity: own, parent: restored(outcome) });
    expect(shelf.packs.size).toBe(1);
    expect((await restore([{ identity: own }])).outcome.kind).toBe('restored');
  });

  it('grows by what changes', async () => {
    const { saveTrees, restore } = await setup();
    await saveTrees([LARGE, TEXT]);
    const before = restored((await restore()).outcome);
    const changed = seededBytes(1, 1_000_000);
    changed.fill(0, 300_000, 301_000);
    const { outcome } = await saveTrees([tree('a/large', changed), TEXT, SMALL], before);
    expect(outcome).toMatchObject({ kind: 'saved', traffic: { requests: 2 } });
    expect(outcome.traffic.up).toBeLessThan(600_000);
    const after = await restore();
    expect(Object.keys(after.files).length).toBe(4);
    expect(after.outcome).toMatchObject({ kind: 'restored', lost: new Map() });
  });

  it('stays small and whole over many changes', async () => {
    const { shelf, saveTrees, restore } = await setup();
    let parent = restored((await saveTrees([LARGE]).then(() => restore())).outcome);
    for (let round = 0; round < 12; round++) {
      const trees = [LARGE, tree('b/changing', seededBytes(100 + round, 100_000))];
      await saveTrees(trees, parent);
      const { outcome } = await restore();
      expect(outcome).toMatchObject({ kind: 'restored', lost: new Map() });
      parent = restored(outcome);
      expect(parent.index.packs.length).toBeLessThanOrEqual(8);
    }
    const stored = parent.index.packs.reduce((sum, { size }) => sum + size, 0);
    expect(stored).toBeLessThan(1_100_000 / 0.6 + 100_000);
    expect([...shelf.packs.values()].filter(({ length }) => length > 900_000).length).toBe(1);
  });
});

describe('a change of every second part', () => {
  const parts = (seeds: (part: number) => number) =>
    Buffer.concat(Array.from({ length: 10 }, (_, part) => seededBytes(seeds(part), 100_000)));
  const BEFORE = tree(
    'a/parts',
    parts((part) => 50 + part),
  );
  const AFTER = tree(
    'a/parts',
    parts((part) => (part % 2 === 0 ? 50 : 80) + part),
  );

  it('is saved so that the next restore reads hardly more than there is', async () => {
    const { saveTrees, restore, built } = await setup();
    await saveTrees([SMALL, BEFORE]);
    await saveTrees([SMALL, AFTER], restored((await restore()).outcome));
    const { outcome, files } = await restore();
    expect(restored(outcome).index.packs.length).toBe(1);
    expect(outcome.traffic.down).toBeLessThan(1_250_000);
    expect(files).toEqual(await readVolumeCache(await built(SMALL, AFTER)));
  });

  it('leaves a layer where it is that the build has damaged', async () => {
    const { saveTrees, restore, built, save } = await setup();
    await saveTrees([SMALL, BEFORE]);
    const parent = restored((await restore()).outcome);
    const whole = await built(SMALL, AFTER);
    const expected = await readVolumeCache(whole);
    const [small = ''] = parent.index.layers.filter(({ size }) => size < 300_000).map(({ diffId }) => diffId);
    await writeFile(path.join(whole, 'committed', `${small}.tar`), 'other');
    const { outcome, warnings } = await save(whole, { parent });
    expect([outcome.kind, warnings]).toEqual(['saved', []]);
    const after = await restore();
    expect(restored(after.outcome).index.packs.length).toBe(2);
    expect(after.files).toEqual(expected);
  });
});

describe('what the store lost', () => {
  it('costs the layers that need it, and is saved again', async () => {
    const { shelf, saveTrees, restore, save, built } = await setup();
    await saveTrees([LARGE]);
    const [first] = shelf.packs.keys();
    await saveTrees([LARGE, SMALL], restored((await restore()).outcome));
    shelf.packs.delete(first ?? digestOf(Buffer.of()));
    const partial = await restore();
    expect(Object.keys(partial.files).length).toBe(2);
    expect(partial.warnings).toEqual([
      expect.stringMatching(/^1 of 2 cached layers in "memory" can't be used .* is not there/),
    ]);
    const whole = await built(LARGE, SMALL);
    const { outcome } = await save(whole, { parent: restored(partial.outcome) });
    expect(outcome.layers.length).toBe(1);
    expect((await restore()).files).toEqual(await readVolumeCache(whole));
  });

  it('is saved again under another digest where damaged packs stay', async () => {
    const { shelf, saveTrees, restore } = await setup();
    await saveTrees([LARGE, TEXT]);
    for (const pack of shelf.packs.values()) pack[100] = (pack[100] ?? 0) ^ 1;
    const partial = restored((await restore()).outcome);
    await saveTrees([LARGE, TEXT], partial);
    expect(shelf.packs.size).toBe(2);
    expect((await restore()).outcome).toMatchObject({ kind: 'restored', lost: new Map() });
  });

  it('is not saved again when only the network failed', async () => {
    const { saveTrees, restore, store } = await setup();
    await saveTrees([LARGE]);
    const broken = failingFrom(store, 1, () => Promise.reject(new Error('connection reset')));
    const { outcome, warnings } = await restore(undefined, broken);
    expect(warnings.length).toBe(1);
    const { outcome: saved } = await saveTrees([LARGE], restored(outcome));
    expect(saved).toMatchObject({ kind: 'unchanged', traffic: { requests: 0 } });
  });
});

describe('what a build left in its cache', () => {
  it.each<[string, (file: string) => Promise<void>, string]>([
    ['a layer that is not there', (file) => rm(file), 'its file is not there'],
    ['a layer of other bytes', (file) => writeFile(file, 'other'), 'its digest is wrong'],
    ['a layer that is longer', (file) => truncate(file, 2_000_000), 'its digest is wrong'],
    [
      'a layer of holes',
      (file) =>
        rm(file)
          .then(() => writeFile(file, ''))
          .then(() => truncate(file, 2 ** 31)),
      'holes',
    ],
    ['a link', (file) => rm(file).then(() => symlink('/dev/zero', file)), 'not a regular file'],
  ])('is left out: %s', async (_, change, why) => {
    const { built, save, restore } = await setup();
    const cache = await built(LARGE, SMALL);
    const files = await readVolumeCache(cache);
    const largest = Object.entries(files).sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? '';
    await change(path.join(cache, 'committed', largest));
    const { outcome, warnings } = await save(cache);
    expect(outcome.kind).toBe('saved');
    expect(outcome.layers.length).toBe(1);
    expect([...outcome.skipped.values()].join()).toContain(why);
    expect(warnings).toEqual([expect.stringContaining('1 of 2 cached layers were not saved')]);
    expect(Object.keys((await restore()).files).length).toBe(2);
  });

  it('is left out when the lifecycle did not write it', async () => {
    const { built, save } = await setup();
    const cache = await built();
    const committed = path.join(cache, 'committed');
    const items = [directoryItem('/layers', LIFECYCLE_FACTS), fileItem('/etc/passwd', 'x', LIFECYCLE_FACTS)];
    const layer = await writeLayer(committed, items);
    await writeFile(path.join(committed, CACHE_METADATA), metadataOf([tree('a/x', '')], [layer]));
    const { outcome } = await save(cache);
    expect(outcome.layers).toEqual([]);
    expect([...outcome.skipped]).toEqual([[layer, expect.stringContaining('"/etc/passwd"')]]);
  });

  it.each([
    ['is no JSON', 'x'],
    ['names folders of its own', metadataOf([{ name: 'a/..', files: [] }], [digestOf(Buffer.from('x'))])],
    ['is not UTF-8', Buffer.from([0xff, 0xfe])],
  ])('is not saved when the metadata %s', async (_, metadata) => {
    const { built, save, store } = await setup();
    const cache = await built(TEXT);
    await writeFile(path.join(cache, 'committed', CACHE_METADATA), metadata);
    const { outcome, warnings } = await save(cache);
    expect(outcome.kind).toBe('failed');
    expect(warnings.length).toBe(1);
    expect(store.shelf.indexes.size).toBe(0);
  });
});

describe('the size limit', () => {
  const trees: readonly CachedTree[] = [LARGE, SMALL, tree('c/middle', seededBytes(3, 400_000))];

  it('leaves out the largest layers', async () => {
    const { built, save, restore, shelf } = await setup();
    const cache = await built(...trees);
    const { outcome, warnings } = await save(cache, { maxBytes: 800_000 });
    expect(outcome.layers.length).toBe(2);
    expect(warnings).toEqual([expect.stringContaining('larger than cache-max-size, 800000 bytes')]);
    expect([...shelf.packs.values()].every(({ length }) => length < 700_000)).toBe(true);
    expect(Object.keys((await restore()).files).length).toBe(3);
  });

  it('is not tried again in vain', async () => {
    const { built, save, restore } = await setup();
    const cache = await built(...trees);
    await save(cache, { maxBytes: 800_000 });
    const { outcome } = await save(cache, { maxBytes: 800_000, parent: restored((await restore()).outcome) });
    expect(outcome).toMatchObject({ kind: 'unchanged', traffic: { requests: 0 } });
  });
});

describe('a save that fails', () => {
  it.each([0, 1])('at operation %d leaves the older cache and no files', async (step) => {
    const { saveTrees, built, save, restore, store } = await setup();
    await saveTrees([SMALL]);
    const before = await restore();
    const broken = failingFrom(store, step, () => Promise.reject(new Error('no')));
    const result = await save(await built(LARGE), { parent: restored(before.outcome) }, broken);
    expect(result.outcome.kind).toBe('failed');
    expect(result.warnings).toEqual(['the layer cache "memory" was not saved: no']);
    expect(await readdir(result.temporary)).toEqual([]);
    expect((await restore()).files).toEqual(before.files);
  });

  it.each([0, 1])('since operation %d gets no answer ends, and leaves no files', async (step) => {
    const { built, save, store } = await setup();
    const { store: hanging, clock } = hangingFrom(store, step);
    const { outcome, warnings, temporary } = await save(await built(SMALL), {}, hanging, { clock });
    expect(outcome.kind).toBe('failed');
    expect(warnings).toEqual(['the layer cache "memory" was not saved: it takes longer than 60 seconds']);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('without the right to write is one warning', async () => {
    const { shelf, built, save } = await setup();
    const { outcome, warnings } = await save(await built(SMALL), {}, new MemoryStore(shelf, 'read'));
    expect(outcome.kind).toBe('failed');
    expect(warnings).toEqual(['the layer cache "memory" was not saved: the store is read-only']);
  });
});

it('layers that many builds save at once are whole', async () => {
  const { saveTrees, restore } = await setup();
  const trees = Array.from({ length: 8 }, (_, seed) => [LARGE, tree('b/own', seededBytes(50 + seed, 100_000))]);
  await Promise.all(trees.map((each) => saveTrees(each)));
  const { files, outcome } = await restore();
  expect(outcome).toMatchObject({ kind: 'restored', lost: new Map() });
  for (const [name, content] of Object.entries(files)) {
    if (name === CACHE_METADATA) continue;
    expect(`sha256:${createHash('sha256').update(content, 'latin1').digest('hex')}.tar`).toBe(name);
  }
});
