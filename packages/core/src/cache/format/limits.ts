import { CHUNK_SIZE } from '../chunk/cutter.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** What an index may hold. One that says more is refused before anything of that size is allocated; we write no such index. */
export const CACHE_LIMITS = {
  /** Bytes of the index, as stored and as text. */
  indexObject: 16 * MIB,
  indexText: 16 * MIB,
  /** Commas in the text: a parser makes far more of millions of empty lists than they have bytes. */
  indexCommas: 1536 * KIB,
  /** Characters of the lifecycle's metadata. */
  metadata: 8 * MIB,
  layers: 500,
  packs: 64,
  /** Chunks in all packs, and places of chunks in all layers. */
  chunks: 256 * KIB,
  placements: 256 * KIB,
  chunkBytes: CHUNK_SIZE.maximum,
  /** Bytes of a frame, decompressed; and compressed, which may be a little more. */
  frameBytes: 4 * MIB,
  storedFrameBytes: 4 * MIB + 64 * KIB,
  /** Bytes of all layers: as a number, and as a multiple of the frames that they need beyond an allowance. */
  layerBytes: 16 * GIB,
  inflation: 100,
  inflationAllowance: GIB,
} as const;
