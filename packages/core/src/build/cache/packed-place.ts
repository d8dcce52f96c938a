import {
  type CacheIdentity,
  type CachePorts,
  type CacheTraffic,
  fillCache,
  findCache,
  type FoundCache,
  type IndexExpectation,
  type MissedCache,
  type ParentCache,
  parentOf,
  type RestoredCache,
  saveCache,
  type SaveOutcome,
} from '../../cache/index.ts';
import { optional } from '../../json/json.ts';
import type { CacheStore } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { CacheStoreSummary } from '../../report/result.ts';
import { PROGRAM } from '../../version.ts';
import { borrowedScope, type CacheOwner, type CachePlace, type SavedBuild } from './cache-place.ts';
import type { HandOver } from './hand-over.ts';

/** Seconds that a signed cache may be used: a leaked or outdated one does not live for ever. */
const LIFETIME = 7 * 24 * 3600;

export interface PackedPlaceOptions {
  readonly store: CacheStore;
  readonly identity: CacheIdentity;
  readonly candidates: readonly CacheIdentity[];
  readonly write: boolean;
  readonly maxBytes: number;
  /** The builder's manifest. */
  readonly builder: Digest;
  /** What else an index must be; made when it is looked for. */
  readonly signed: () => IndexExpectation['signed'];
}

/** A store that keeps caches as `docs/cache-format.md` says. */
export class PackedPlace implements CachePlace {
  readonly #options: PackedPlaceOptions;
  #found: FoundCache | MissedCache | undefined;
  #restored: RestoredCache | MissedCache | undefined;
  #parent: ParentCache | undefined;
  #saved: SaveOutcome | undefined;
  /** Of an earlier process. */
  #before: HandOver['before'] | undefined;

  constructor(options: PackedPlaceOptions) {
    this.#options = options;
  }

  get image(): Digest | undefined {
    return this.#found?.kind === 'found' ? this.#found.index.image : undefined;
  }

  async find(ports: CachePorts): Promise<boolean> {
    const { store, candidates, signed } = this.#options;
    const expectations = candidates.map((identity) => ({ identity, ...optional('signed', signed()) }));
    this.#found = await findCache({ store, candidates: expectations }, ports);
    if (this.#found.kind === 'miss') return false;
    const { index, digest, signer } = this.#found;
    this.#parent = { index, digest, ...optional('signer', signer), badPacks: new Set(), badLayers: new Set() };
    return true;
  }

  async fill(cache: string, owner: CacheOwner, ports: CachePorts): Promise<boolean> {
    if (this.#found?.kind !== 'found') return false;
    const { store } = this.#options;
    this.#restored = await fillCache(this.#found, { store, cache, ...optional('owner', owner) }, ports);
    this.#parent = parentOf(this.#restored) ?? this.#parent;
    return this.#restored.kind === 'restored';
  }

  async save({ cache, temporary, image, signKey }: SavedBuild, ports: CachePorts): Promise<void> {
    const { store, identity, builder, maxBytes, write } = this.#options;
    if (!write) return;
    if (store.readOnly !== undefined) {
      ports.log.info(`the layer cache "${store.name}" is not saved: ${store.readOnly}`);
      return;
    }
    const request = {
      store,
      cache,
      identity,
      builder,
      createdBy: PROGRAM,
      maxBytes,
      lifetime: LIFETIME,
      temporary,
      isInTrouble: this.#hasFailed(),
      ...optional('parent', this.#parent),
      ...optional('image', image),
      ...optional('key', signKey),
    };
    this.#saved = await saveCache(request, ports);
  }

  #hasFailed(): boolean {
    const miss = this.#restored ?? this.#found;
    return miss?.kind === 'miss' && miss.reason === 'failed';
  }

  summary(): CacheStoreSummary {
    const counts: CacheTraffic[] = [this.#restored ?? this.#found, this.#saved].flatMap((part) => part?.traffic ?? []);
    const total = (count: keyof CacheTraffic) => counts.reduce((sum, traffic) => sum + traffic[count], 0);
    const before = this.#before;
    return {
      name: this.#options.store.name,
      restore: before?.restore ?? this.#restoreSummary(),
      save: {
        outcome: this.#saved?.kind ?? 'off',
        layers: this.#saved?.layers.length ?? 0,
        skipped: this.#saved?.skipped.size ?? 0,
      },
      requests: (before?.requests ?? 0) + total('requests'),
      bytesDown: (before?.bytesDown ?? 0) + total('down'),
      bytesUp: total('up'),
    };
  }

  #restoreSummary(): CacheStoreSummary['restore'] {
    if (this.#restored?.kind === 'restored') {
      const { restored, lost, index } = this.#restored;
      const scope = borrowedScope(index.identity, this.#options.identity);
      return { outcome: 'hit', ...optional('scope', scope), layers: restored.length, lost: lost.size };
    }
    const miss = this.#restored ?? this.#found;
    if (miss?.kind !== 'miss') return { outcome: 'unasked', layers: 0, lost: 0 };
    // What failed has been told by a warning.
    const reason = miss.reason === 'failed' ? "it can't be read" : miss.message;
    return { outcome: 'miss', reason, layers: 0, lost: 0 };
  }

  handOver(): HandOver {
    return { before: this.summary(), ...optional('parent', this.#parent) };
  }

  takeOver({ before, parent }: HandOver): void {
    this.#before = before;
    this.#parent = parent;
  }
}
