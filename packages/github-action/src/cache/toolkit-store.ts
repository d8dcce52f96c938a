import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError, type CacheStore, explained, type PackFile } from '@buildpacks-ci/core';
import { indexPrefix, isPackKey, newIndexKey, packKey, readEntryName, type RunNumber, sparePackKey } from './keys.ts';
import { noListing } from './no-listing.ts';

type Digest = PackFile['digest'];

export interface ToolkitStoreOptions {
  readonly run: RunNumber;
  readonly mayRead: boolean;
  readonly readOnly?: string;
  /** A directory for files. Entries are found again where it has the same path. */
  readonly directory: string;
}

const FOLDER = 'buildpacks-ci-cache';
const READ_SIZE = 256 * 1024;

/**
 * A cache store on the first version of the service, which GitHub Enterprise Server has, through GitHub's own client: it moves files only,
 * one look-up and one archive for each. A pack is brought as a whole when the first bytes of it are asked for.
 */
export function createToolkitStore(options: ToolkitStoreOptions): CacheStore {
  const { run, mayRead, readOnly } = options;
  const files = new Files(path.join(options.directory, FOLDER));
  const requireWrite = () => {
    if (readOnly !== undefined) throw new BuildpacksError('denied', readOnly);
  };
  return {
    name: 'github',
    ...(readOnly !== undefined && { readOnly }),
    readIndex: (keys, maxBytes, signal) =>
      explained(signal, async () => {
        if (!mayRead || keys.length === 0) return undefined;
        const found = await files.restoreIndex(keys.map(indexPrefix), maxBytes);
        const name = found && readEntryName(found.key);
        signal.throwIfAborted();
        const isOurs = name?.kind === 'index' && keys.includes(name.key);
        return found !== undefined && isOurs ? { key: name.key, object: found.object } : undefined;
      }),
    writeIndex: (key, { object, packs }, signal) =>
      explained(signal, async () => {
        requireWrite();
        await files.saveIndex(newIndexKey(key, packs, run), object);
      }),
    readPack: (digest, { start, end }, signal) =>
      explained(signal, async () => {
        const file = mayRead ? await files.restorePack(digest) : undefined;
        const handle = file === undefined ? undefined : await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
        return handle?.createReadStream({ start, end: end - 1, highWaterMark: READ_SIZE, signal });
      }),
    writePack: (pack, signal) =>
      explained(signal, async () => {
        requireWrite();
        await files.savePack(pack);
      }),
    list: (signal) => explained(signal, noListing),
    remove: (_key, signal) => explained(signal, noListing),
  };
}

/** Files that GitHub's client saves and restores. Where they are is part of what they are found by. */
class Files {
  readonly #directory: string;
  /** What is done with the one file for indexes, in its order. */
  #indexes: Promise<unknown> = Promise.resolve();
  readonly #packs = new Map<Digest, Promise<string | undefined>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  restoreIndex(
    prefixes: readonly string[],
    maxBytes: number,
  ): Promise<{ readonly key: string; readonly object: Uint8Array } | undefined> {
    return this.#alone(async (file) => {
      const key = await restore(file, prefixes);
      if (key === undefined) return undefined;
      const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const { size } = await handle.stat();
        if (size > maxBytes) throw new BuildpacksError('image', `the index has ${size} bytes`);
        return { key, object: await handle.readFile() };
      } finally {
        await handle.close();
      }
    });
  }

  saveIndex(key: string, object: Uint8Array): Promise<void> {
    return this.#alone(async (file) => {
      const handle = await open(file, 'w', 0o600);
      await handle.writeFile(object).finally(() => handle.close());
      if (!(await save(file, key))) throw new BuildpacksError('temporary', "GitHub's cache did not take the index");
    });
  }

  /** The pack's file; undefined when there is none. Fetched once. */
  restorePack(digest: Digest): Promise<string | undefined> {
    const known = this.#packs.get(digest);
    if (known !== undefined) return known;
    const restoring = this.#fetchPack(digest);
    this.#packs.set(digest, restoring);
    const forget = () => this.#packs.delete(digest);
    restoring.then((file) => file ?? forget(), forget);
    return restoring;
  }

  async savePack({ digest, file }: PackFile): Promise<void> {
    const place = this.#place(digest);
    await mkdir(this.#directory, { recursive: true });
    await link(file, place).catch(() => copyFile(file, place, constants.COPYFILE_FICLONE));
    try {
      if (await save(place, packKey(digest))) return;
      const found = await restore(place, [packKey(digest)], { lookupOnly: true });
      if (found !== undefined && isPackKey(found, digest)) return;
      if (await save(place, sparePackKey(digest))) return;
    } finally {
      await rm(place, { force: true });
    }
    throw new BuildpacksError('temporary', "GitHub's cache did not take a pack");
  }

  async #fetchPack(digest: Digest): Promise<string | undefined> {
    const place = this.#place(digest);
    await mkdir(this.#directory, { recursive: true });
    const found = await restore(place, [packKey(digest)]);
    return found !== undefined && isPackKey(found, digest) ? place : undefined;
  }

  #place(digest: Digest): string {
    return path.join(this.#directory, digest.slice('sha256:'.length));
  }

  #alone<T>(work: (file: string) => Promise<T>): Promise<T> {
    const file = path.join(this.#directory, 'index');
    const next = this.#indexes.then(async () => {
      await rm(file, { recursive: true, force: true });
      await mkdir(this.#directory, { recursive: true });
      return work(file);
    });
    this.#indexes = next.catch(() => undefined);
    return next;
  }
}

/** The key of what was found by the beginning of these. The client logs what goes wrong, and tells us nothing of it. */
async function restore(
  file: string,
  [key = '', ...more]: readonly string[],
  options?: { readonly lookupOnly: boolean },
): Promise<string | undefined> {
  // Large, and of no use elsewhere.
  const { restoreCache } = await import('@actions/cache');
  return restoreCache([file], key, more, options);
}

/** False when nothing was saved, for whatever reason. */
async function save(file: string, key: string): Promise<boolean> {
  const { saveCache } = await import('@actions/cache');
  return (await saveCache([file], key)) !== -1;
}
