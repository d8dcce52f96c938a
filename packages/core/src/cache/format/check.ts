import type { CacheIndex, IndexedLayer, IndexedPack } from './cache-index.ts';
import { CACHE_LIMITS } from './limits.ts';
import { damagedIndex } from './refusal.ts';
import { usageOf } from './usage.ts';

/**
 * Checks that an index of well-typed fields fits together and stays in its limits: whoever follows it allocates no more than it says
 * and finds everything that it names.
 *
 * @throws BuildpacksError `image` saying what is wrong
 */
export function checkIndex(index: CacheIndex): void {
  if (index.metadata.length > CACHE_LIMITS.metadata) throw damagedIndex('its metadata is too large');
  requireUnique(
    index.layers.map(({ diffId }) => diffId),
    CACHE_LIMITS.layers,
    'layers',
  );
  requireUnique(
    index.packs.map(({ digest }) => digest),
    CACHE_LIMITS.packs,
    'packs',
  );
  requireAtMost(
    sum(index.packs, ({ chunks }) => chunks.count),
    CACHE_LIMITS.chunks,
    'chunks',
  );
  for (const pack of index.packs) checkPack(pack);

  requireAtMost(
    sum(
      index.layers.flatMap(({ chunks }) => chunks),
      ({ count }) => count,
    ),
    CACHE_LIMITS.placements,
    'places of chunks',
  );
  for (const layer of index.layers) checkLayer(layer, index.packs);
  const packed = sum(usageOf(index), ({ frameBytes }) => frameBytes);
  const most = Math.min(CACHE_LIMITS.layerBytes, CACHE_LIMITS.inflationAllowance + CACHE_LIMITS.inflation * packed);
  requireAtMost(
    sum(index.layers, ({ size }) => size),
    most,
    'bytes of layers',
  );
}

function checkPack({ size, frames, chunks }: IndexedPack): void {
  let first = 0;
  for (const frame of frames) {
    const end = first + frame.chunks;
    if (frame.size === 0 || frame.chunks === 0 || end > chunks.count)
      throw damagedIndex('a frame is empty or has chunks that are not there');
    let bytes = 0;
    for (let index = first; index < end; index++) {
      const length = chunks.lengthOf(index);
      if (length === 0 || length > CACHE_LIMITS.chunkBytes) throw damagedIndex(`a chunk has ${length} bytes`);
      bytes += length;
    }
    requireAtMost(bytes, CACHE_LIMITS.frameBytes, 'bytes in a frame');
    requireAtMost(frame.size, CACHE_LIMITS.storedFrameBytes, 'compressed bytes in a frame');
    first = end;
  }
  if (first !== chunks.count) throw damagedIndex('a chunk is in no frame');
  if (sum(frames, (frame) => frame.size) > size) throw damagedIndex('a pack is smaller than its frames');
}

function checkLayer({ size, chunks }: IndexedLayer, packs: readonly IndexedPack[]): void {
  let bytes = 0;
  for (const { pack, first, count } of chunks) {
    const table = packs[pack]?.chunks;
    if (table === undefined || count === 0 || first + count > table.count)
      throw damagedIndex('a layer has chunks that are in no pack');
    bytes += table.bytesOf(first, count);
  }
  if (bytes !== size || size === 0) throw damagedIndex('a layer has another size than its chunks');
}

function requireUnique(names: readonly string[], limit: number, what: string): void {
  requireAtMost(names.length, limit, what);
  if (new Set(names).size < names.length) throw damagedIndex(`it has the same ${what} twice`);
}

function requireAtMost(value: number, limit: number, what: string): void {
  if (value > limit) throw damagedIndex(`it has ${value} ${what}, and ${limit} are the most`);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
