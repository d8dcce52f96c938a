import { readFile } from 'node:fs/promises';
import { BuildpacksError } from '../../../src/errors/index.ts';
import type { ByteRange, CacheStore, NewIndex, PackFile, StoredEntry, StoredIndex } from '../../../src/ports/index.ts';
import type { Digest } from '../../../src/reference/index.ts';

/** What all handles of one memory store share, as the GitHub cache service keeps it: entries that never change, found by prefix. */
export interface Shelf {
  /** Oldest first: `<key>#<number>`. */
  readonly indexes: Map<string, Uint8Array>;
  readonly packs: Map<Digest, Buffer>;
}

export function emptyShelf(): Shelf {
  return { indexes: new Map(), packs: new Map() };
}

/** A store in memory, for tests. It deletes nothing by itself. */
export class MemoryStore implements CacheStore {
  readonly name = 'memory';
  readonly shelf: Shelf;
  readonly #rights: 'write' | 'read';
  /** Bytes that came in and out, and operations that a network would have carried. */
  readonly traffic = { requests: 0, up: 0, down: 0 };

  constructor(shelf: Shelf = emptyShelf(), rights: 'write' | 'read' = 'write') {
    this.shelf = shelf;
    this.#rights = rights;
  }

  async readIndex(keys: readonly string[], maxBytes: number, signal: AbortSignal): Promise<StoredIndex | undefined> {
    await this.#request(signal);
    for (const key of keys) {
      const object = this.#newest(key);
      if (object === undefined) continue;
      if (object.length > maxBytes) throw new BuildpacksError('image', `the index of "${key}" is too large`);
      this.traffic.down += object.length;
      return { key, object };
    }
    return undefined;
  }

  async writeIndex(key: string, { object }: NewIndex, signal: AbortSignal): Promise<void> {
    await this.#request(signal, 'write');
    this.traffic.up += object.length;
    this.shelf.indexes.set(`${key}#${this.shelf.indexes.size}`, Uint8Array.from(object));
  }

  async readPack(
    digest: Digest,
    range: ByteRange,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    await this.#request(signal);
    const pack = this.shelf.packs.get(digest);
    return pack && this.#pieces(pack.subarray(range.start, range.end), signal);
  }

  async writePack({ digest, file }: PackFile, signal: AbortSignal): Promise<void> {
    await this.#request(signal, 'write');
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new BuildpacksError('machine', `"${file}" can't be read`, { cause });
    });
    this.traffic.up += bytes.length;
    if (!this.shelf.packs.has(digest)) this.shelf.packs.set(digest, bytes);
  }

  async list(signal: AbortSignal): Promise<readonly StoredEntry[]> {
    await this.#request(signal);
    const keys = new Set([...this.shelf.indexes.keys()].map(keyOf));
    return [...keys].map((key) => ({
      key,
      used: 0,
      bytes: this.#newest(key)?.length ?? 0,
      object: () => Promise.resolve(this.#newest(key)),
    }));
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#request(signal, 'write');
    for (const name of this.shelf.indexes.keys()) {
      if (keyOf(name) === key) this.shelf.indexes.delete(name);
    }
  }

  #newest(key: string): Uint8Array | undefined {
    return [...this.shelf.indexes].findLast(([name]) => keyOf(name) === key)?.[1];
  }

  async *#pieces(bytes: Buffer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const size = 64 * 1024;
    for (let at = 0; at < bytes.length; at += size) {
      await Promise.resolve();
      signal.throwIfAborted();
      const piece = Buffer.from(bytes.subarray(at, at + size));
      this.traffic.down += piece.length;
      yield piece;
    }
  }

  async #request(signal: AbortSignal, rights: 'write' | 'read' = 'read'): Promise<void> {
    signal.throwIfAborted();
    await Promise.resolve();
    this.traffic.requests++;
    if (rights === 'write' && this.#rights === 'read') throw new BuildpacksError('denied', 'the store is read-only');
  }
}

function keyOf(name: string): string {
  return name.slice(0, name.lastIndexOf('#'));
}
