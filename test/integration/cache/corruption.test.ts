import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CacheIndex } from '../../../packages/core/src/cache/format/cache-index.ts';
import { openIndex, sealIndex } from '../../../packages/core/src/cache/format/index-object.ts';
import { parentOf, restoreCache, saveCache } from '../../../packages/core/src/cache/index.ts';
import { CACHE_METADATA, layersIn } from '../../../packages/core/src/cache/volume-cache.ts';
import { recordingPorts } from '../../../packages/core/test/cache/support/doubles.ts';
import { emptyShelf, MemoryStore, type Shelf } from '../../../packages/core/test/cache/support/memory-store.ts';
import { BUILDER, IDENTITY } from '../../../packages/core/test/cache/support/sample-index.ts';
import { seededBytes } from '../../../packages/core/test/cache/support/seeded.ts';
import { tree, writeVolumeCache } from '../../../packages/core/test/cache/support/volume-cache.ts';

let root: string;
/** What a build saved in two steps, so that there are two packs. */
let shelf: Shelf;
/** The layers of both builds by the names of their files. */
let layers: ReadonlyMap<string, string> = new Map();

const shaOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const fresh = () => mkdtemp(path.join(root, 'x'));

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cache-corruption-'));
  const large = seededBytes(1, 400_000);
  const first = await save([tree('a/large', large), tree('a/text', 'text\n'.repeat(9000))], emptyShelf());
  const changed = Buffer.from(large);
  changed.fill(7, 200_000, 200_900);
  const second = await save(
    [tree('a/large', changed), tree('b/other', seededBytes(2, 150_000)), tree('sbom/cache', '{}')],
    first,
  );
  shelf = second;
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function save(trees: Parameters<typeof writeVolumeCache>[1], onto: Shelf): Promise<Shelf> {
  const store = new MemoryStore(onto);
  const ports = recordingPorts();
  const parent = parentOf(
    await restoreCache({ store, candidates: [{ identity: IDENTITY }], cache: await fresh() }, ports),
  );
  const cache = await fresh();
  await writeVolumeCache(cache, trees);
  const names = await readdir(path.join(cache, 'committed'));
  const digests = names.map(
    async (name) => [name, shaOf(await readFile(path.join(cache, 'committed', name)))] as const,
  );
  layers = new Map([...layers, ...(await Promise.all(digests))]);
  const limits = { maxBytes: 1e9, lifetime: 604_800 };
  const facts = { identity: IDENTITY, builder: BUILDER, createdBy: 'test', temporary: await fresh() };
  await saveCache({ store, cache, ...facts, ...limits, ...(parent !== undefined && { parent }) }, ports);
  return onto;
}

/** Restores from a store of these objects and gives the number of layers, once all that must hold has been seen to. */
async function restoreFrom(damaged: Shelf): Promise<number> {
  const cache = await fresh();
  const ports = recordingPorts();
  try {
    const store = new MemoryStore(damaged);
    const outcome = await restoreCache({ store, candidates: [{ identity: IDENTITY }], cache }, ports);
    expect(ports.warnings.length).toBeLessThanOrEqual(1);
    return outcome.kind === 'miss' ? await expectNothing(cache) : await expectWholeLayers(cache);
  } finally {
    await rm(cache, { recursive: true });
  }
}

async function expectNothing(cache: string): Promise<number> {
  expect(await readdir(cache)).toEqual([]);
  return 0;
}

async function expectWholeLayers(cache: string): Promise<number> {
  const committed = path.join(cache, 'committed');
  const tars = (await readdir(committed)).filter((name) => name !== CACHE_METADATA);
  for (const name of tars) {
    expect(shaOf(await readFile(path.join(committed, name)))).toBe(name.slice('sha256:'.length, -'.tar'.length));
    expect(layers.has(name)).toBe(true);
  }
  const named = [...layersIn(await readFile(path.join(committed, CACHE_METADATA)))].map((layer) => `${layer}.tar`);
  expect(named.filter((name) => !tars.includes(name))).toEqual([]);
  return tars.length;
}

/** Changes an object; the numbers choose where. */
type Damage = (bytes: Buffer, at: number, length: number) => Uint8Array | undefined;

const DAMAGES: Readonly<Record<string, Damage>> = {
  'a flipped bit': (bytes, at, bit) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
    return bytes;
  },
  'a missing end': (bytes, at) => bytes.subarray(0, at),
  'a missing part': (bytes, at, length) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
  zeros: (bytes, at, length) => bytes.fill(0, at, Math.min(at + length, bytes.length)),
  'a part twice': (bytes, at, length) => Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]),
  'something behind it': (bytes, at, length) => Buffer.concat([bytes, bytes.subarray(at, at + length)]),
  'a part in another place': (bytes, at, length) => bytes.copyWithin(at, at + length, at + 2 * length),
  'nothing there': () => undefined,
};

/** What nobody reads. */
const HARMLESS = 'something behind it';

const place = fc.record({
  object: fc.nat(3),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.integer({ min: 1, max: 70_000 }),
});

function damagedShelf(damage: Damage, { object, at, length }: { object: number; at: number; length: number }): Shelf {
  const indexes = new Map<string, Uint8Array>(shelf.indexes);
  const packs = new Map(shelf.packs);
  const apply = (bytes: Uint8Array) => damage(Buffer.from(bytes), Math.floor(at * bytes.length), length);
  const [key, pack] = [[...indexes.keys()][object], [...packs.keys()][object - 2]];
  if (key !== undefined) setOrDelete(indexes, key, apply(indexes.get(key) ?? Buffer.of()));
  if (pack !== undefined) {
    const changed = apply(packs.get(pack) ?? Buffer.of());
    setOrDelete(packs, pack, changed && Buffer.from(changed));
  }
  return { indexes, packs };
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

describe('whatever happens to what is stored, a layer is whole or absent', () => {
  it('all of them when nothing happens', async () => {
    expect(await restoreFrom(shelf)).toBe(3);
  });

  it.each(Object.keys(DAMAGES))('%s', async (name) => {
    const damage = DAMAGES[name] ?? (() => undefined);
    const outcomes: number[] = [];
    await fc.assert(
      fc.asyncProperty(place, async (where) => {
        outcomes.push(await restoreFrom(damagedShelf(damage, where)));
      }),
      { numRuns: 250 },
    );
    expect(Math.min(...outcomes)).toBeLessThan(name === HARMLESS ? 4 : 3);
  });

  it('packs in the place of each other', async () => {
    const [one, two] = [...shelf.packs];
    if (one === undefined || two === undefined) throw new Error('there are two packs');
    const packs = new Map([
      [one[0], two[1]],
      [two[0], one[1]],
    ]);
    expect(await restoreFrom({ indexes: shelf.indexes, packs })).toBeLessThan(3);
  });

  it('an index that is older than the packs', async () => {
    const [oldest] = shelf.indexes;
    expect(await restoreFrom({ indexes: new Map(oldest && [oldest]), packs: shelf.packs })).toBe(2);
    const [, newer] = shelf.packs;
    expect(await restoreFrom({ indexes: new Map(oldest && [oldest]), packs: new Map(newer && [newer]) })).toBe(0);
  });
});

describe('whatever an index says that someone else wrote, a layer is whole or absent', () => {
  const indices = fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 });
  const pick = <T>(items: readonly T[], at: number | undefined): T => {
    const item = items[(at ?? 0) % items.length];
    if (item === undefined) throw new Error('there is none');
    return item;
  };

  /** Ways to lie; the numbers choose what about. */
  const LIES: Readonly<Record<string, (index: CacheIndex, numbers: readonly number[]) => CacheIndex>> = {
    'one layer has the chunks of another': (index, [a, b]) => {
      const [from, to] = [pick(index.layers, a), pick(index.layers, b)];
      return { ...index, layers: index.layers.map((each) => (each === to ? { ...from, diffId: to.diffId } : each)) };
    },
    'chunks in another order': (index, [a, b, c]) => {
      const layer = pick(index.layers, a);
      const singles = layer.chunks.flatMap(({ pack, first, count }) =>
        Array.from({ length: count }, (_, at) => ({ pack, first: first + at, count: 1 })),
      );
      const [x, y] = [(b ?? 0) % singles.length, (c ?? 0) % singles.length];
      const chunks = singles.map((run, at) => singles[at === x ? y : at === y ? x : at] ?? run);
      return { ...index, layers: index.layers.map((each) => (each === layer ? { ...layer, chunks } : each)) };
    },
    'one pack under the name of another': (index, [a, b]) => {
      const [from, to] = [pick(index.packs, a), pick(index.packs, b)];
      const packs = index.packs.map((each) =>
        each === from ? { ...from, digest: to.digest } : each === to ? { ...to, digest: from.digest } : each,
      );
      return { ...index, packs };
    },
    'frames of other sizes': (index, [a, b, c]) => {
      const pack = pick(index.packs, a);
      const frame = pick(pack.frames, b);
      const frames = pack.frames.map((each) => (each === frame ? { ...each, size: each.size + (c ?? 0) - 500 } : each));
      return {
        ...index,
        packs: index.packs.map((each) => (each === pack ? { ...pack, size: pack.size + 1000, frames } : each)),
      };
    },
    'metadata that names layers of each other': (index, [a, b]) => {
      const [one, two] = [pick(index.layers, a).diffId, pick(index.layers, b).diffId];
      const swapped = index.metadata.replaceAll(one, 'x').replaceAll(two, one).replaceAll('"x"', `"${two}"`);
      return { ...index, metadata: swapped };
    },
    'metadata that names other folders': (index, [a]) => {
      const names = ['..', '../../etc', 'other', 'large/x', '.', ''];
      return { ...index, metadata: index.metadata.replace('"large"', JSON.stringify(pick(names, a))) };
    },
    'metadata that says nothing': (index) => ({ ...index, metadata: '{}' }),
  };

  it.each(Object.keys(LIES))('%s', async (name) => {
    const newest = [...shelf.indexes].at(-1);
    const opened = await openIndex(newest?.[1] ?? Buffer.of(), { identity: IDENTITY });
    if (newest === undefined || opened.kind !== 'index') throw new Error('there is an index');
    const outcomes: number[] = [];
    await fc.assert(
      fc.asyncProperty(indices, async (numbers) => {
        const index = LIES[name]?.(opened.index, numbers) ?? opened.index;
        const object = await sealIndex(index).catch(() => undefined);
        if (object === undefined || Buffer.compare(object, newest[1]) === 0) return;
        outcomes.push(await restoreFrom({ indexes: new Map([[newest[0], object]]), packs: shelf.packs }));
      }),
      { numRuns: 100 },
    );
    expect(outcomes.length).toBeGreaterThan(10);
    expect(Math.min(...outcomes)).toBeLessThan(3);
  });
});
