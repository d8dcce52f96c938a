import type { Digest } from '../../reference/index.ts';
import type { ChunkTable } from './chunk-table.ts';
import type { CacheIdentity } from './identity.ts';

/** What a saved cache holds and where it is: the small object that is read first (`docs/cache-format.md`). */
export interface CacheIndex {
  readonly identity: CacheIdentity;
  /** Seconds since the epoch. A signed index is not used any more from `expires` on. */
  readonly created: number;
  readonly expires: number;
  /** The program that wrote it, for people. */
  readonly createdBy: string;
  /** The builder image's manifest. */
  readonly builder: Digest;
  /** The image that the build made: the next build's previous image. */
  readonly image?: Digest;
  /** The index that this one continues, by the digest of its object. */
  readonly parent?: Digest;
  /** The lifecycle's own metadata of its cache, as it wrote it (`io.buildpacks.lifecycle.cache.metadata`). */
  readonly metadata: string;
  readonly layers: readonly IndexedLayer[];
  readonly packs: readonly IndexedPack[];
}

/** A layer tar as a list of chunks. */
export interface IndexedLayer {
  readonly diffId: Digest;
  /** Bytes of the tar: the sum of its chunks. */
  readonly size: number;
  readonly chunks: readonly ChunkRun[];
}

/** Chunks that follow each other both in the layer and in a pack. */
export interface ChunkRun {
  /** Position among the index's packs. */
  readonly pack: number;
  /** Position of the first one among the pack's chunks. */
  readonly first: number;
  readonly count: number;
}

/** An object that holds zstd frames one after the other, each decompressed on its own. */
export interface IndexedPack {
  readonly digest: Digest;
  /** Bytes. The frames begin at 0 and may end before the pack does. */
  readonly size: number;
  readonly frames: readonly PackFrame[];
  readonly chunks: ChunkTable;
}

/** A frame holds whole chunks, the next `chunks` of its pack. */
export interface PackFrame {
  /** Compressed bytes. */
  readonly size: number;
  readonly chunks: number;
}
