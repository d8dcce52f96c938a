import { describe, expect, it } from 'vitest';
import type { CacheIndex, IndexedLayer, IndexedPack } from '../../../src/cache/format/cache-index.ts';
import { PACK_BYTES, type ParentCache, planSave, sparsePacks } from '../../../src/cache/save/plan.ts';
import { type Digest, digestOf } from '../../../src/reference/index.ts';
import { sampleIndex, samplePack } from '../support/sample-index.ts';

const NO_LIMIT = 1_000_000_000;
const id = (name: string): Digest => digestOf(Buffer.from(name));

/** A layer of whole packs, or of the first chunks of them. */
function layer(name: string, packs: readonly number[], count = 10): IndexedLayer {
  return {
    diffId: id(name),
    size: packs.length * count * 100,
    chunks: packs.map((pack) => ({ pack, first: 0, count })),
  };
}

/** Packs of ten chunks of 100 bytes, 1000 bytes when stored. */
function packs(count: number): readonly IndexedPack[] {
  return Array.from({ length: count }, (_, seed) => samplePack(seed + 1, [Array<number>(10).fill(100)]));
}

function parentOf(index: Pick<CacheIndex, 'layers' | 'packs'>, bad: Partial<ParentCache> = {}): ParentCache {
  return { index: sampleIndex(index), digest: id('index'), badPacks: new Set(), badLayers: new Set(), ...bad };
}

function plan(wanted: readonly string[], parent?: ParentCache, maxBytes = NO_LIMIT) {
  const names = new Map('a b c d e f g h i'.split(' ').map((name) => [id(name), name]));
  const { layers, packs: kept, read, dropped } = planSave(new Set(wanted.map(id)), parent, maxBytes);
  const named = (digests: readonly Digest[]) => digests.map((digest) => names.get(digest)).join('');
  return {
    stored: named(layers.map(({ diffId }) => diffId)),
    read: named(read),
    dropped: named(dropped),
    packs: kept.map(({ digest }) => parent?.index.packs.findIndex((pack) => pack.digest === digest)),
    runs: layers.map(({ chunks }) => chunks.map(({ pack }) => pack)),
  };
}

describe('what a save reads', () => {
  const two = parentOf({ layers: [layer('a', [0]), layer('b', [1])], packs: packs(2) });

  it('is everything the first time', () => {
    expect(plan(['a', 'b'])).toEqual({ stored: '', read: 'ab', dropped: '', packs: [], runs: [] });
  });

  it('is nothing when all is stored', () => {
    expect(plan(['a', 'b'], two)).toMatchObject({ stored: 'ab', read: '', packs: [0, 1] });
  });

  it('is what is new', () => {
    expect(plan(['a', 'b', 'c'], two)).toMatchObject({ stored: 'ab', read: 'c', packs: [0, 1] });
  });

  it('is no layer that the build does not have any more, and packs that may hold its successor stay', () => {
    expect(plan(['a', 'c'], two)).toMatchObject({ stored: 'a', read: 'c', packs: [0, 1] });
  });

  it('is what was damaged', () => {
    expect(plan(['a', 'b'], { ...two, badPacks: new Set([two.index.packs[0]?.digest ?? id('')]) })).toMatchObject({
      stored: 'b',
      read: 'a',
      packs: [1],
      runs: [[0]],
    });
    expect(plan(['a', 'b'], { ...two, badLayers: new Set([id('a')]) })).toMatchObject({ stored: 'b', read: 'a' });
  });
});

describe('packs of which little is needed', () => {
  const names = 'a b c d e f g h'.split(' ');
  const eight = parentOf({ layers: names.map((name, index) => layer(name, [index])), packs: packs(8) });
  const sparse = parentOf({
    layers: [layer('a', [0]), layer('b', [1], 5), layer('c', [2], 2)],
    packs: packs(4),
  });

  it('stay when nothing new comes', () => {
    expect(plan(['a', 'b', 'c'], sparse)).toMatchObject({ stored: 'abc', read: '' });
    expect(plan(names, eight)).toMatchObject({ stored: 'abcdefgh', read: '' });
  });

  it('are made anew with what comes, but for large full ones', () => {
    expect(plan(['a', 'b', 'c', 'i'], sparse)).toEqual({
      stored: 'a',
      read: 'bci',
      dropped: '',
      packs: [0],
      runs: [[0]],
    });
  });

  it('stay while there are fewer than eight and most of them is needed', () => {
    const seven = parentOf({ layers: names.slice(1).map((name, index) => layer(name, [index], 6)), packs: packs(7) });
    expect(plan([...names.slice(1), 'i'], seven)).toMatchObject({ stored: 'bcdefgh', read: 'i' });
  });

  it('are made anew when a ninth would come', () => {
    expect(plan([...names, 'i'], eight)).toMatchObject({ stored: '', read: 'abcdefghi', packs: [] });
  });

  it('stay while they are complete, however many', () => {
    const complete = packs(8).map((pack) => ({ ...pack, size: PACK_BYTES }));
    const parent = parentOf({ layers: names.map((name, index) => layer(name, [index])), packs: complete });
    expect(plan([...names, 'i'], parent, 1e12)).toMatchObject({ stored: 'abcdefgh', read: 'i' });
    const more = [...complete.slice(0, 7), ...packs(16).slice(8)];
    const layers = [
      ...names.slice(0, 7).map((name, at) => layer(name, [at])),
      layer('h', [7, 8, 9, 10, 11, 12, 13, 14]),
    ];
    expect(plan([...names, 'i'], parentOf({ layers, packs: more }), 1e12)).toMatchObject({
      stored: 'abcdefg',
      read: 'hi',
    });
  });

  it('stay when they are large, and small ones are made anew', () => {
    const large = samplePack(20, [Array<number>(100).fill(100)]);
    const index = {
      layers: [layer('a', [0], 100), ...names.slice(1).map((name, at) => layer(name, [at + 1]))],
      packs: [large, ...packs(7)],
    };
    expect(plan([...names, 'i'], parentOf(index))).toMatchObject({ stored: 'a', read: 'bcdefghi', packs: [0] });
  });
});

describe('packs that are not worth reading', () => {
  const half = { layers: [layer('a', [0], 5), layer('b', [1])], packs: packs(2) };

  it('are those of which a good part is read for nothing', () => {
    expect(sparsePacks(half, 0)).toEqual(new Set());
    expect(sparsePacks({ layers: [layer('a', [0], 3), layer('b', [1])], packs: packs(2) }, 0)).toEqual(new Set([0]));
  });

  it('are none when that is little beside the new pack', () => {
    const sparse = { layers: [layer('a', [0], 3)], packs: packs(1) };
    expect(sparsePacks(sparse, 1000)).toEqual(new Set([0]));
    expect(sparsePacks(sparse, 2000)).toEqual(new Set());
  });

  it('are none whose other frames are not read at all', () => {
    const frames = samplePack(30, [[100, 100], Array<number>(8).fill(100)]);
    expect(
      sparsePacks(
        {
          layers: [layer('a', [0], 2)],
          packs: [
            {
              ...frames,
              size: 10_000,
              frames: [
                { size: 2000, chunks: 2 },
                { size: 8000, chunks: 8 },
              ],
            },
          ],
        },
        0,
      ),
    ).toEqual(new Set());
  });
});

describe('a cache that is too large', () => {
  it('is made anew before what nobody needs keeps something new out', () => {
    const parent = parentOf({ layers: [layer('a', [0]), layer('b', [1], 7)], packs: packs(2) });
    expect(plan(['a', 'b', 'c'], parent, 2800)).toMatchObject({ stored: 'ab', read: 'c' });
    expect(plan(['a', 'b', 'c'], parent, 2600)).toMatchObject({ stored: 'a', read: 'bc', packs: [0] });
  });

  it('loses its largest layers', () => {
    const parent = parentOf({ layers: [layer('a', [0]), layer('b', [1], 3), layer('c', [2], 9)], packs: packs(3) });
    expect(plan(['a', 'b', 'c'], parent, 2199)).toMatchObject({ stored: 'bc', read: '', dropped: 'a' });
    expect(plan(['a', 'b', 'c'], parent, 299)).toMatchObject({ stored: '', read: '', dropped: 'abc' });
  });
});
