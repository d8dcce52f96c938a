import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import {
  BuildpacksError,
  type ByteRange,
  type CacheStore,
  type Clock,
  explained,
  type Log,
  type Network,
  type NewIndex,
  type PackFile,
  type StoredEntry,
  type StoredIndex,
} from '@buildpacks-ci/core';
import { type Download, download } from './blob-download.ts';
import { type Content, sizeOf, upload, type UploadPorts } from './blob-upload.ts';
import { indexPrefix, isPackKey, newIndexKey, packKey, readEntryName, type RunNumber, sparePackKey } from './keys.ts';
import { inTime } from './deadline.ts';
import { withRetries } from './retry.ts';
import { CacheService, type FoundEntry, type ServiceLimits } from './service.ts';
import { noListing } from './no-listing.ts';

type Digest = PackFile['digest'];

/** How long is waited for what. */
export type StoreLimits = ServiceLimits & UploadPorts['limits'];

/** GitHub asks to wait 30 to 40 seconds after 200 new entries in a repository. */
export const LIMITS: StoreLimits = {
  answer: 15_000,
  patience: 30_000,
  rateLimited: 45_000,
  pause: 1000,
  block: 60_000,
};

export interface GitHubStoreOptions {
  /** `ACTIONS_RESULTS_URL`. */
  readonly url: URL;
  readonly token: string;
  readonly run: RunNumber;
  readonly mayRead: boolean;
  readonly readOnly?: string;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Pick<Log, 'mask'>;
  readonly limits: StoreLimits;
}

/** A cache store on version 2 of GitHub's cache service: an entry for each pack, and one for each index that was ever written. */
export class GitHubStore implements CacheStore {
  readonly name = 'github';
  readonly readOnly?: string;
  readonly #options: GitHubStoreOptions;
  readonly #service: CacheService;
  /** Where packs can be read, for all that ask meanwhile. */
  readonly #packs = new Map<Digest, Promise<FoundEntry | undefined>>();

  constructor(options: GitHubStoreOptions) {
    if (options.readOnly !== undefined) this.readOnly = options.readOnly;
    this.#options = options;
    this.#service = new CacheService(options);
  }

  readIndex(keys: readonly string[], maxBytes: number, signal: AbortSignal): Promise<StoredIndex | undefined> {
    return explained(signal, async () => {
      let left = this.#options.mayRead ? keys : [];
      while (left.length > 0) {
        const prefixes = left.map(indexPrefix);
        const found = await this.#service.find(prefixes, signal);
        if (found === undefined) return undefined;
        const name = readEntryName(found.key);
        const at = prefixes.findIndex((prefix) => found.key.startsWith(prefix));
        const key = left[at];
        if (key === undefined) return undefined;
        const isOurs = name?.kind === 'index' && name.key === key;
        const object = isOurs ? await this.#object(found, maxBytes, signal) : undefined;
        if (object !== undefined) return { key, object };
        // The service tells of the newest only: what is before it can't be had.
        left = left.slice(at + 1);
      }
      return undefined;
    });
  }

  writeIndex(key: string, { object, packs }: NewIndex, signal: AbortSignal): Promise<void> {
    return explained(signal, async () => {
      this.#requireWrite();
      const write = () => this.#write(newIndexKey(key, packs, this.#options.run), { bytes: object }, signal);
      // A new key can only be taken by ourselves, when the answer got lost.
      if ((await write()) || (await write())) return;
      throw new BuildpacksError('registry', "GitHub's cache does not take an index");
    });
  }

  readPack(digest: Digest, range: ByteRange, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    return explained(signal, async () => {
      if (!this.#options.mayRead) return undefined;
      const first = this.#pack(digest);
      let answer = await this.#download(await first, range, signal);
      if (answer.kind === 'expired') {
        // Of all that were told so the first one asks for another.
        if (this.#packs.get(digest) === first) this.#packs.delete(digest);
        answer = await this.#download(await this.#pack(digest), range, signal);
      }
      switch (answer.kind) {
        case 'bytes':
          return answer.bytes;
        case 'gone':
          this.#packs.delete(digest);
          return undefined;
        case 'expired':
          throw new BuildpacksError('denied', "the storage of GitHub's cache refuses to give a pack");
      }
    });
  }

  writePack({ digest, size, file }: PackFile, signal: AbortSignal): Promise<void> {
    return explained(signal, async () => {
      this.#requireWrite();
      await stat(file);
      const content = { file, size };
      this.#packs.delete(digest);
      const isThere = (await this.#write(packKey(digest), content, signal)) || (await this.#pack(digest)) !== undefined;
      if (isThere) return;
      this.#packs.delete(digest);
      if (await this.#write(sparePackKey(digest), content, signal)) return;
      throw new BuildpacksError('registry', "GitHub's cache does not take a pack");
    });
  }

  list(signal: AbortSignal): Promise<readonly StoredEntry[]> {
    return explained(signal, noListing);
  }

  remove(_key: string, signal: AbortSignal): Promise<void> {
    return explained(signal, noListing);
  }

  async #object(found: FoundEntry, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const object = await this.#inTime(signal, async (limited) => {
      const answer = await download(this.#options.network, { url: found.url, maxBytes, signal: limited });
      return answer.kind === 'bytes' ? buffer(answer.bytes) : undefined;
    });
    if (object !== undefined && object.length > maxBytes)
      throw new BuildpacksError('image', `the index in "${this.name}" is too large`);
    return object;
  }

  /** What does not answer in time, or fails for a moment, is tried again. */
  #inTime<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, limits } = this.#options;
    return withRetries({ clock, limits, signal }, () => inTime({ milliseconds: limits.answer, clock, signal }, work));
  }

  #download(found: FoundEntry | undefined, range: ByteRange, signal: AbortSignal): Promise<Download> {
    if (found === undefined) return Promise.resolve({ kind: 'gone' });
    const { network } = this.#options;
    return this.#inTime(signal, (limited) => download(network, { url: found.url, range, signal: limited }));
  }

  /** Asked once for all ranges; by nobody's signal, since others wait for it too. */
  #pack(digest: Digest): Promise<FoundEntry | undefined> {
    const known = this.#packs.get(digest);
    if (known !== undefined) return known;
    const looking = this.#service.find([packKey(digest)], new AbortController().signal).then((found) => {
      return found !== undefined && isPackKey(found.key, digest) ? found : undefined;
    });
    this.#packs.set(digest, looking);
    looking.catch(() => this.#packs.delete(digest));
    return looking;
  }

  /** False when the key is taken. */
  async #write(key: string, content: Content, signal: AbortSignal): Promise<boolean> {
    const url = await this.#service.reserve(key, signal);
    if (url === undefined) return false;
    await upload(this.#options, url, content, signal);
    await this.#service.complete(key, sizeOf(content), signal);
    return true;
  }

  #requireWrite(): void {
    if (this.readOnly !== undefined) throw new BuildpacksError('denied', this.readOnly);
  }
}
