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
  const exceeded = exceededLimit(index);
  if (exceeded !== undefined) throw damagedIndex(exceeded);
  requireUnique(
    index.layers.map(({ diffId }) => diffId),
    'layers',
  );
  requireUnique(
    index.packs.map(({ digest }) => digest),
    'packs',
  );
  for (const pack of index.packs) checkPack(pack);
  for (const layer of index.layers) checkLayer(layer, index.packs);
}

/** Which limit of the format layers and packs exceed together, in words. */
export function exceededLimit({ layers, packs }: Pick<CacheIndex, 'layers' | 'packs'>): string | undefined {
  const chunks = sum(packs, (pack) => pack.chunks.count);
  const places = sum(layers, (layer) => sum(layer.chunks, ({ count }) => count));
  return (
    more(layers.length, CACHE_LIMITS.layers, 'layers') ??
    more(packs.length, CACHE_LIMITS.packs, 'packs') ??
    more(chunks, CACHE_LIMITS.chunks, 'chunks') ??
    more(places, CACHE_LIMITS.placements, 'places of chunks') ??
    more(
      sum(layers, ({ size }) => size),
      mostBytes({ layers, packs }),
      'bytes of layers',
    )
  );
}

function mostBytes(stored: Pick<CacheIndex, 'layers' | 'packs'>): number {
  const packed = sum(usageOf(stored), ({ frameBytes }) => frameBytes);
  return Math.min(CACHE_LIMITS.layerBytes, CACHE_LIMITS.inflationAllowance + CACHE_LIMITS.inflation * packed);
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

function requireUnique(names: readonly string[], what: string): void {
  if (new Set(names).size < names.length) throw damagedIndex(`it has the same ${what} twice`);
}

function requireAtMost(value: number, limit: number, what: string): void {
  const exceeded = more(value, limit, what);
  if (exceeded !== undefined) throw damagedIndex(exceeded);
}

function more(value: number, limit: number, what: string): string | undefined {
  return value > limit ? `it has ${value} ${what}, and ${limit} are the most` : undefined;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
