import type { CacheIndex, IndexedPack } from './cache-index.ts';

/** What of a pack the layers of an index need. */
export interface PackUsage {
  /** For each chunk of the pack: 1 when a layer has it. */
  readonly chunks: Uint8Array;
  /** For each frame: whether it holds such a chunk. */
  readonly frames: readonly boolean[];
  /** Compressed bytes of these frames. */
  readonly frameBytes: number;
  /** Uncompressed bytes of all chunks, and of those that a layer has. */
  readonly bytes: number;
  readonly liveBytes: number;
}

/** For each pack, in the index's order. */
export function usageOf({ layers, packs }: Pick<CacheIndex, 'layers' | 'packs'>): readonly PackUsage[] {
  const used = packs.map(({ chunks }) => new Uint8Array(chunks.count));
  for (const { chunks } of layers) {
    for (const { pack, first, count } of chunks) used[pack]?.fill(1, first, first + count);
  }
  return packs.map((pack, index) => packUsage(pack, used[index] ?? new Uint8Array()));
}

function packUsage({ frames, chunks }: IndexedPack, used: Uint8Array): PackUsage {
  let bytes = 0;
  let liveBytes = 0;
  for (const [index, isUsed] of used.entries()) {
    bytes += chunks.lengthOf(index);
    liveBytes += isUsed * chunks.lengthOf(index);
  }
  let first = 0;
  const needed = frames.map((frame) => {
    const begin = first;
    first += frame.chunks;
    return used.subarray(begin, first).includes(1);
  });
  const frameBytes = frames.reduce((sum, { size }, index) => sum + (needed[index] === true ? size : 0), 0);
  return { chunks: used, frames: needed, frameBytes, bytes, liveBytes };
}
