import { constants } from 'node:fs';
import { copyFile, link, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { openRegularFile, readRegularFile, statRegularFile } from '../../files/regular-file.ts';
import type { ByteRange, CacheStore, Clock, NewIndex, PackFile, StoredEntry, StoredIndex } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import { DirectoryLayout, FOLDERS, packOfFile, type Parts } from './directory-layout.ts';
import { explained } from './explained.ts';
import { MAX_HEADER, objectIn, packsNamedIn, renderIndexFile } from './index-file.ts';
import { isKey } from './key.ts';

const READ_SIZE = 256 * 1024;
/** A pack that no index names, or an unfinished file, stays this long (milliseconds): another build may be about to name it. */
const GRACE = 3_600_000;

export interface DirectoryStoreOptions {
  readonly clock: Clock;
  /** Called before each change of the directory; tests stop a store there for ever. */
  readonly beforeStep?: () => Promise<void>;
}

/**
 * A cache store in a directory: a CI's own cache folder, a volume, a laptop. Several builds may use it at once, each change is one
 * rename, and links in it are not followed. It may be read-only or missing.
 */
export function createDirectoryStore(directory: string, options: DirectoryStoreOptions): CacheStore {
  return new DirectoryStore(directory, options);
}

class DirectoryStore implements CacheStore {
  readonly name: string;
  readonly #layout: DirectoryLayout;
  readonly #clock: Clock;
  readonly #beforeStep: () => Promise<void>;

  constructor(directory: string, { clock, beforeStep }: DirectoryStoreOptions) {
    this.name = `dir:${directory}`;
    this.#layout = new DirectoryLayout(directory);
    this.#clock = clock;
    this.#beforeStep = beforeStep ?? (() => Promise.resolve());
  }

  readIndex(keys: readonly string[], maxBytes: number, signal: AbortSignal): Promise<StoredIndex | undefined> {
    return explained(signal, async () => {
      for (const key of keys) {
        const object = await this.#object(key, maxBytes);
        if (object === undefined) continue;
        // Fails in a read-only store, which nobody prunes.
        await this.#touch(this.#layout.index(key)).catch(() => undefined);
        return { key, object };
      }
      return undefined;
    });
  }

  writeIndex(key: string, index: NewIndex, signal: AbortSignal): Promise<void> {
    return explained(signal, async () => {
      await this.#layout.make();
      const target = this.#layout.index(key);
      await this.#letGo((await this.#packsOf(target)).filter((pack) => !index.packs.includes(pack)));
      await this.#bring(target, signal, (incoming) => writeFile(incoming, renderIndexFile(index)));
      await this.#collect().catch(() => undefined);
    });
  }

  readPack(digest: Digest, range: ByteRange, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    return explained(signal, async () => {
      const file = await openRegularFile(this.#layout.root, this.#layout.pack(digest));
      const { start, end } = range;
      return file?.createReadStream({ start, end: end - 1, highWaterMark: READ_SIZE, signal });
    });
  }

  writePack({ digest, file }: PackFile, signal: AbortSignal): Promise<void> {
    return explained(signal, async () => {
      await this.#layout.make();
      await this.#bring(this.#layout.pack(digest), signal, (incoming) =>
        // Costs nothing on the same file system; not all can do it.
        link(file, incoming).catch(() => copyFile(file, incoming, constants.COPYFILE_FICLONE)),
      );
    });
  }

  list(signal: AbortSignal): Promise<readonly StoredEntry[]> {
    return explained(signal, async () => {
      const entries = await Promise.all((await this.#keys()).map((key) => this.#entry(key, signal)));
      return entries.filter((entry) => entry !== undefined);
    });
  }

  remove(key: string, signal: AbortSignal): Promise<void> {
    return explained(signal, async () => {
      const target = this.#layout.index(key);
      await this.#letGo(await this.#packsOf(target));
      await this.#delete(target);
      await this.#collect().catch(() => undefined);
    });
  }

  async #object(key: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const file = await readRegularFile(this.#layout.root, this.#layout.index(key), maxBytes + MAX_HEADER);
    return file && objectIn(file);
  }

  async #entry(key: string, signal: AbortSignal): Promise<StoredEntry | undefined> {
    const index = this.#layout.index(key);
    const stats = await statRegularFile(this.#layout.root, index);
    if (stats === undefined) return undefined;
    const packs = await Promise.all(
      (await this.#packsOf(index)).map((pack) => statRegularFile(this.#layout.root, this.#layout.pack(pack))),
    );
    return {
      key,
      used: stats.mtimeMs,
      bytes: packs.reduce((sum, pack) => sum + (pack?.size ?? 0), stats.size),
      object: (maxBytes) => explained(signal, () => this.#object(key, maxBytes)),
    };
  }

  /**
   * Deletes what has not been needed for some time. Other builds may write meanwhile, which is what the time is for. Who calls it has
   * done what it was asked for, so that a failure says nothing.
   */
  async #collect(): Promise<void> {
    const needed = new Set<Digest>();
    for (const key of await this.#keys()) {
      for (const pack of await this.#packsOf(this.#layout.index(key))) needed.add(pack);
    }
    for (const name of await this.#names(FOLDERS.packs)) {
      const pack = packOfFile(name);
      if (pack !== undefined && !needed.has(pack)) await this.#deleteIfOld([FOLDERS.packs, name]);
    }
    for (const name of await this.#names(FOLDERS.incoming)) await this.#deleteIfOld([FOLDERS.incoming, name]);
  }

  async #deleteIfOld(parts: Parts): Promise<void> {
    const stats = await statRegularFile(this.#layout.root, parts);
    if (stats !== undefined && stats.mtimeMs < this.#clock.now() - GRACE) await this.#delete(parts);
  }

  /** From now on counts the time that packs stay when nothing names them. */
  async #letGo(packs: readonly Digest[]): Promise<void> {
    for (const pack of packs) await this.#touch(this.#layout.pack(pack)).catch(() => undefined);
  }

  async #packsOf(index: Parts): Promise<readonly Digest[]> {
    const file = await openRegularFile(this.#layout.root, index);
    if (file === undefined) return [];
    try {
      return await packsNamedIn(file);
    } finally {
      await file.close();
    }
  }

  async #keys(): Promise<readonly string[]> {
    return (await this.#names(FOLDERS.indexes)).filter(isKey);
  }

  async #names(folder: string): Promise<readonly string[]> {
    return readdir(this.#layout.pathOf([folder])).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
  }

  async #touch(parts: Parts): Promise<void> {
    const now = new Date(this.#clock.now());
    await this.#beforeStep();
    await utimes(this.#layout.pathOf(parts), now, now);
  }

  /** Makes a file and gives it its name when it is whole. What is left of one that failed (the disk is full) goes at once. */
  async #bring(target: Parts, signal: AbortSignal, make: (file: string) => Promise<void>): Promise<void> {
    const incoming = this.#layout.incoming();
    const file = this.#layout.pathOf(incoming);
    await this.#beforeStep();
    try {
      await make(file);
      await this.#touch(incoming);
      signal.throwIfAborted();
      await this.#beforeStep();
      await rename(file, this.#layout.pathOf(target));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  async #delete(parts: Parts): Promise<void> {
    await this.#beforeStep();
    await rm(this.#layout.pathOf(parts), { force: true });
  }
}
