import type { Digest } from '../../reference/index.ts';
import type { IndexedLayer, IndexedPack } from '../format/cache-index.ts';
import type { SealedIndex } from '../format/index-object.ts';
import { usageOf } from '../format/usage.ts';

/** What an earlier build saved, and what of it can't be used again. */
export interface ParentCache extends SealedIndex {
  /** Packs and layers that were found damaged or gone. */
  readonly badPacks: ReadonlySet<Digest>;
  readonly badLayers: ReadonlySet<Digest>;
}

/** Layers, and the packs that hold their chunks. */
export interface StoredLayers {
  readonly layers: readonly IndexedLayer[];
  readonly packs: readonly IndexedPack[];
}

/** What stays of the parent, and what has to be read from the build's volume cache. */
export interface SavePlan extends StoredLayers {
  /** Layers to read, chunk and pack. */
  readonly read: readonly Digest[];
  /** Layers that were stored and are not any more, since the cache may not be that large. */
  readonly dropped: readonly Digest[];
}

/** A pack of this size is complete: the loss of one should not cost everything, and none takes more room while it is made. */
export const PACK_BYTES = 512 * 1024 * 1024;
/** So many packs that are not complete are made fewer, and so are packs of which less than this part is needed. */
const MANY_PACKS = 8;
const MIN_LIVE = 0.6;
/** When this part of the room is taken, more of the packs has to be needed: what nobody needs must not keep something new out. */
const NEARLY_FULL = 0.75;
const MIN_LIVE_WHEN_FULL = 0.9;
/** A pack that is full enough stays when others are made anew, if it is complete or holds this part of all that is needed: not everything moves again. */
const LARGE_SHARE = 0.25;
/** A restore may read this part of all that is needed for nothing; and of a pack, when it does read more. */
const MAX_WASTE = 1 / 3;
const MAX_WASTE_OF_PACK = 1 / 2;

/**
 * Decides what a save keeps. Layers that are stored already stay as they are, unless the cache gets too large. When something new comes and
 * too little of the packs was needed, or there would be too many of them, only large full packs stay, and the layers that are in others are
 * read again as if they were new.
 *
 * How much of a pack is needed is told by the layers of the parent, those that the build has replaced included: their successors share
 * most of their chunks.
 *
 * @param wanted the layers that the build has cached
 * @param maxBytes of all packs
 */
export function planSave(wanted: ReadonlySet<Digest>, parent: ParentCache | undefined, maxBytes: number): SavePlan {
  if (parent === undefined) return { packs: [], layers: [], read: [...wanted], dropped: [] };
  const good = withPacks(parent.index, ({ digest }) => !parent.badPacks.has(digest));
  const known = good.layers.filter(({ diffId }) => wanted.has(diffId) && !parent.badLayers.has(diffId));
  const { fitting, dropped } = withinSize({ ...good, layers: known }, maxBytes);
  const hasNew = wanted.size > fitting.length + dropped.length;
  const kept = withPacks({ packs: good.packs, layers: fitting }, hasNew ? staying(good, maxBytes) : () => true);
  const settled = new Set([...kept.layers, ...dropped].map(({ diffId }) => diffId));
  return {
    ...kept,
    read: [...wanted].filter((layer) => !settled.has(layer)),
    dropped: dropped.map(({ diffId }) => diffId),
  };
}

/** Which packs are not made anew. */
function staying(cache: StoredLayers, maxBytes: number): (pack: IndexedPack) => boolean {
  const usage = usageOf(cache);
  const isFull = sum(cache.packs.map(({ size }) => size)) > NEARLY_FULL * maxBytes;
  const minLive = isFull ? MIN_LIVE_WHEN_FULL : MIN_LIVE;
  const live = sum(usage.map(({ liveBytes }) => liveBytes));
  const isComplete = ({ size }: IndexedPack) => size >= PACK_BYTES;
  const areFew = cache.packs.filter((pack) => !isComplete(pack)).length < MANY_PACKS;
  if (areFew && live >= minLive * sum(usage.map(({ bytes }) => bytes))) return () => true;
  const large = cache.packs.filter((pack, index) => {
    const { liveBytes = 0, bytes = 0 } = usage[index] ?? {};
    return liveBytes >= minLive * bytes && (isComplete(pack) || liveBytes >= LARGE_SHARE * live);
  });
  return (pack) => large.includes(pack);
}

/**
 * The packs, by position, that cost more to read than to have their needed chunks moved into the pack that is being made: needed chunks lie
 * in frames with others, and a restore reads whole frames. None as long as all that is read for nothing is little.
 *
 * @param layers all that the new index names; chunks in packs that are not stored yet count as well
 * @param newBytes of the pack that is being made
 */
export function sparsePacks({ layers, packs }: StoredLayers, newBytes: number): ReadonlySet<number> {
  const costs = usageOf({ layers, packs }).map(({ frameBytes, liveBytes, bytes }, pack) => {
    const live = ((packs[pack]?.size ?? 0) * liveBytes) / bytes;
    return { pack, live, waste: frameBytes - live };
  });
  const live = newBytes + sum(costs.map((cost) => cost.live));
  if (sum(costs.map(({ waste }) => waste)) <= MAX_WASTE * live) return new Set();
  return new Set(costs.filter((cost) => cost.waste > MAX_WASTE_OF_PACK * cost.live).map(({ pack }) => pack));
}

/** The layers that are wholly in the packs which stay, with the new positions of these. */
export function withPacks(cache: StoredLayers, stays: (pack: IndexedPack) => boolean): StoredLayers {
  const packs = cache.packs.filter(stays);
  const positions = cache.packs.map((pack) => packs.indexOf(pack));
  const layers = cache.layers
    .filter(({ chunks }) => chunks.every(({ pack }) => positions[pack] !== -1))
    .map((layer) => ({
      ...layer,
      chunks: layer.chunks.map((run) => ({ ...run, pack: positions[run.pack] ?? -1 })),
    }));
  return { packs, layers };
}

/**
 * The layers that stay when the cache may have so many bytes. A cache has only layers that its last build used, so that no one is used less
 * recently than another: the largest go first, which leaves the most.
 */
function withinSize({ packs, layers }: StoredLayers, maxBytes: number) {
  const sized = layers.map((layer) => ({ layer, bytes: storedBytes(layer, packs) })).sort((a, b) => a.bytes - b.bytes);
  let total = 0;
  const count = sized.findIndex(({ bytes }) => (total += bytes) > maxBytes);
  const staying = new Set(sized.slice(0, count === -1 ? sized.length : count).map(({ layer }) => layer));
  return {
    fitting: layers.filter((layer) => staying.has(layer)),
    dropped: layers.filter((layer) => !staying.has(layer)),
  };
}

/** A layer's part of its packs: its chunks as they are compressed on average. */
function storedBytes({ chunks }: IndexedLayer, packs: readonly IndexedPack[]): number {
  return sum(
    chunks.map(({ pack, first, count }) => {
      const { chunks: table, size = 0 } = packs[pack] ?? {};
      return table === undefined ? 0 : (size * table.bytesOf(first, count)) / table.bytesOf(0, table.count);
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
