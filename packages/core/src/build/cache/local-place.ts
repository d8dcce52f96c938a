import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type CacheIdentity, type CachePorts, identityKey, NONE_YET } from '../../cache/index.ts';
import { type CacheFigures, restoreLocalCache, saveLocalCache } from '../../cache/local/local-cache.ts';
import { CACHE_METADATA, COMMITTED } from '../../cache/volume-cache.ts';
import { adviceOf } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
import type { CacheStoreSummary } from '../../report/result.ts';
import { borrowedScope, type CacheOwner, type CachePlace, type SavedBuild } from './cache-place.ts';
import type { HandOver } from './hand-over.ts';

export interface LocalPlaceOptions {
  readonly directory: string;
  readonly identity: CacheIdentity;
  readonly candidates: readonly CacheIdentity[];
  readonly write: boolean;
}

/** A folder of this machine that keeps layers as they are: nothing is packed and unpacked, and nothing is known of images. */
export class LocalPlace implements CachePlace {
  readonly image = undefined;
  readonly #options: LocalPlaceOptions;
  /** Why nothing is restored. */
  #miss: string | undefined;
  #found: CacheIdentity | undefined;
  #restored: CacheFigures | undefined;
  #saved: CacheFigures | 'failed' | undefined;
  /** Of an earlier process. */
  #before: HandOver['before'] | undefined;

  constructor(options: LocalPlaceOptions) {
    this.#options = options;
  }

  async find(): Promise<boolean> {
    for (const identity of this.#options.candidates) {
      const file = path.join(this.#folderOf(identity), CACHE_METADATA);
      if ((await stat(file).catch(() => undefined)) === undefined) continue;
      this.#found = identity;
      return true;
    }
    this.#miss = NONE_YET;
    return false;
  }

  async fill(cache: string, owner: CacheOwner, { log, signal }: CachePorts): Promise<boolean> {
    if (this.#found === undefined) return false;
    try {
      this.#restored = await restoreLocalCache(this.#folderOf(this.#found), cache, owner, signal);
    } catch (error) {
      await rm(path.join(cache, COMMITTED), { recursive: true, force: true });
      signal.throwIfAborted();
      this.#miss = "it can't be read";
      log.warn(`the layer cache "${this.#name}" was not restored: ${adviceOf(error)}`);
    }
    return this.#restored !== undefined;
  }

  async save({ cache }: SavedBuild, { log, signal }: CachePorts): Promise<void> {
    const { identity, write } = this.#options;
    if (!write) return;
    try {
      this.#saved = await saveLocalCache(cache, this.#folderOf(identity), signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#saved = 'failed';
      log.warn(`the layer cache "${this.#name}" was not saved: ${adviceOf(error)}`);
    }
  }

  summary(): CacheStoreSummary {
    const saved = this.#saved === 'failed' ? undefined : this.#saved;
    return {
      name: this.#name,
      restore: this.#before?.restore ?? this.#restoreSummary(),
      save: { outcome: this.#saveOutcome(), layers: saved?.layers ?? 0, skipped: 0 },
      requests: 0,
      bytesDown: this.#before?.bytesDown ?? this.#restored?.bytes ?? 0,
      bytesUp: saved?.bytes ?? 0,
    };
  }

  handOver(): HandOver {
    return { before: this.summary() };
  }

  takeOver({ before }: HandOver): void {
    this.#before = before;
  }

  get #name(): string {
    return `local:${this.#options.directory}`;
  }

  #folderOf(identity: CacheIdentity): string {
    return path.join(this.#options.directory, identityKey(identity));
  }

  #restoreSummary(): CacheStoreSummary['restore'] {
    if (this.#restored !== undefined) {
      const scope = borrowedScope(this.#found, this.#options.identity);
      return { outcome: 'hit', ...optional('scope', scope), layers: this.#restored.layers, lost: 0 };
    }
    if (this.#miss === undefined) return { outcome: 'unasked', layers: 0, lost: 0 };
    return { outcome: 'miss', reason: this.#miss, layers: 0, lost: 0 };
  }

  #saveOutcome(): CacheStoreSummary['save']['outcome'] {
    if (this.#saved === 'failed') return 'failed';
    if (this.#saved === undefined) return 'off';
    return this.#saved.layers > 0 ? 'saved' : 'unchanged';
  }
}
