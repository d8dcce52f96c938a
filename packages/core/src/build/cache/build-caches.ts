import { readFile, writeFile } from 'node:fs/promises';
import { type CacheKey, type CachePorts, createDirectoryStore, createRegistryStore } from '../../cache/index.ts';
import type { CacheStoreLocation } from '../../inputs/request.ts';
import { asArray, parseJson } from '../../json/json.ts';
import { BuildpacksError } from '../../errors/index.ts';
import type { CacheStore, Clock, HostStoreName, HostStores } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import { describeRestored, describeSaved } from '../../report/cache.ts';
import type { CacheSummary } from '../../report/result.ts';
import type { CacheOwner, CachePlace, SavedBuild } from './cache-place.ts';
import { parseHandOver, renderHandOver } from './hand-over.ts';
import { LocalPlace } from './local-place.ts';
import { PackedPlace } from './packed-place.ts';
import type { PlannedCache } from './planned-cache.ts';

export interface BuildCachesOptions {
  /** The builder's manifest. */
  readonly builder: Digest;
  /** With keys, only what one of them signed is used. */
  readonly verifyKeys: readonly CacheKey[];
  readonly registry: RegistryClient;
  /** The CI's own. */
  readonly hostStores?: HostStores;
  readonly clock: Clock;
}

/** The layer caches of one build. Nothing but an abort makes any of it fail. */
export class BuildCaches {
  readonly #plan: PlannedCache;
  readonly #places: readonly CachePlace[];
  #current = 0;

  constructor(plan: PlannedCache, options: BuildCachesOptions) {
    this.#plan = plan;
    this.#places = plan.stores.map((location) => placeAt(location, plan, options));
  }

  /** Asks one store after the other until one has a cache. Gives the image of the build that saved it, where that is known. */
  async find(ports: CachePorts): Promise<Digest | undefined> {
    if (this.#plan.candidates.length === 0) return undefined;
    ports.log.debug(`layer caches that would do, best first: ${JSON.stringify(this.#plan.candidates)}`);
    for (const [index, place] of this.#places.entries()) {
      this.#current = index;
      if (await place.find(ports)) return place.image;
    }
    this.#current = this.#places.length;
    return undefined;
  }

  /** Brings back what was found; from the next store that has something, where that fails. */
  async fill(cache: string, owner: CacheOwner, ports: CachePorts): Promise<void> {
    if (this.#plan.candidates.length === 0) return;
    let isFilled = false;
    for (const [index, place] of this.#places.entries()) {
      if (index < this.#current || (isFilled && !this.#plan.write)) continue;
      // Also behind the one that had it: what a store has need not be saved there again.
      const isFound = index === this.#current || (await place.find(ports));
      if (isFound && !isFilled) isFilled = await place.fill(cache, owner, ports);
    }
    for (const line of describeRestored(this.summary())) ports.log.info(line);
  }

  async save(build: SavedBuild, ports: CachePorts): Promise<void> {
    if (!this.#plan.write) return;
    if (this.#plan.signed && build.signKey === undefined) {
      ports.log.info(
        'the layer cache is only read: there are cache-verify-keys, and no cache-sign-key to sign it with',
      );
      return;
    }
    for (const place of this.#places) await place.save(build, ports);
    for (const line of describeSaved(this.summary())) ports.log.info(line);
  }

  summary(): CacheSummary {
    return { mode: this.#plan.write ? 'write' : 'read', stores: this.#places.map((place) => place.summary()) };
  }

  /** Leaves to PUBLISH in another process what was found. */
  async handOver(file: string): Promise<void> {
    await writeFile(file, JSON.stringify(this.#places.map((place) => renderHandOver(place.handOver()))), {
      mode: 0o600,
    });
  }

  /** Goes on where PREPARE was; without its file, or with a damaged one, as if nothing had been found. */
  async takeOver(file: string): Promise<void> {
    const states = asArray(parseJson(await readFile(file).catch(() => '')));
    for (const [index, place] of this.#places.entries()) {
      const state = parseHandOver(states[index]);
      if (state !== undefined) place.takeOver(state);
    }
  }
}

function placeAt(location: CacheStoreLocation, plan: PlannedCache, options: BuildCachesOptions): CachePlace {
  const { identity, candidates, write, maxBytes } = plan;
  if (location.kind === 'local') return new LocalPlace({ directory: location.path, identity, candidates, write });
  const { builder, verifyKeys, clock } = options;
  const signed = () => ({ keys: verifyKeys, builder, now: Math.floor(clock.now() / 1000) });
  return new PackedPlace({
    store: openStore(location, options),
    identity,
    candidates,
    write,
    maxBytes,
    builder,
    signed: () => (verifyKeys.length === 0 ? undefined : signed()),
  });
}

/**
 * The store at a location.
 *
 * @throws BuildpacksError when it is the CI's own, and this process is not given it
 */
export function openStore(
  location: Exclude<CacheStoreLocation, { kind: 'local' }>,
  { registry, clock, hostStores }: Pick<BuildCachesOptions, 'registry' | 'clock' | 'hostStores'>,
): CacheStore {
  switch (location.kind) {
    case 'dir':
      return createDirectoryStore(location.path, { clock });
    case 'registry':
      return createRegistryStore(location.repository, { registry, clock });
    case 'host':
      return ofHost(location.name, hostStores);
  }
}

function ofHost(name: HostStoreName, stores: HostStores = {}): CacheStore {
  const store = stores[name];
  if (store !== undefined) return store;
  throw new BuildpacksError('internal', `the cache store "${name}" is not there in this process`);
}
