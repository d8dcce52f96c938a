import type { Digest } from '../reference/index.ts';

/**
 * Where caches are kept. Two kinds of objects: packs, which never change and are named by their digest, and for each key the index that
 * was written last. A store checks nothing that it gives; it may lose anything at any time, and an index may name packs that are gone.
 *
 * Every operation rejects with a BuildpacksError when the store can't do it, with the signal's reason when it is aborted, and may then be
 * tried again. An operation that was cut off at any point leaves what was there before, or what it was to write, whole.
 */
export interface CacheStore {
  /** For messages: `dir:/cache`. Holds no secret. */
  readonly name: string;
  /** Why this run can't write to it, where that is known from the start: `the token of this run may only read`. */
  readonly readOnly?: string;

  /**
   * The newest index of the first key that has one: one look-up in stores that can do so.
   *
   * @param maxBytes a larger one is refused before it is read
   */
  readIndex(keys: readonly string[], maxBytes: number, signal: AbortSignal): Promise<StoredIndex | undefined>;

  /**
   * Makes it the newest index of the key; of several writers the last one stays. The packs are those that it needs: they must
   * be kept at least as long as this index is the newest, where the store decides on that itself.
   */
  writeIndex(key: string, index: NewIndex, signal: AbortSignal): Promise<void>;

  /** Bytes of a pack; undefined when it is not there. They may end early. */
  readPack(digest: Digest, range: ByteRange, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;

  /** Stores a pack. One of the same digest may be there: it is replaced, or stays. */
  writePack(pack: PackFile, signal: AbortSignal): Promise<void>;

  /** Every key with its newest index, in no order. */
  list(signal: AbortSignal): Promise<readonly StoredEntry[]>;

  /** Forgets a key, if it is there, and lets go of packs that nothing else needs. */
  remove(key: string, signal: AbortSignal): Promise<void>;
}

export interface StoredIndex {
  readonly key: string;
  readonly object: Uint8Array;
}

export interface NewIndex {
  readonly object: Uint8Array;
  /** The digests of the packs that it names. */
  readonly packs: readonly Digest[];
}

export interface ByteRange {
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

/** A pack on this machine. Its file is not changed and not taken away. */
export interface PackFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly file: string;
}

export interface StoredEntry {
  readonly key: string;
  /** Milliseconds since the epoch at which the index was last written or asked for, as far as the store knows. */
  readonly used: number;
  /** Bytes of the index and of those packs that it names and that are there. A pack may count for several keys. */
  readonly bytes: number;
  /** The index, without that this counts as a use; undefined when it is gone meanwhile. */
  object(maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
}
