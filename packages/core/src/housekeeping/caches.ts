import { openStore } from '../build/cache/build-caches.ts';
import { admitStores } from '../build/named-places.ts';
import { openSession } from '../build/session.ts';
import {
  cachesToPrune,
  type ListedCache,
  listCaches,
  type PrunedCache,
  type PruneRules,
  type VerifiedCache,
  verifyCache,
} from '../cache/index.ts';
import type { CacheStore, Ports } from '../ports/index.ts';
import type { HousekeepingInputs } from './inputs.ts';

/** What a store holds, or what was done with it. */
export interface StoreReport<Cache extends ListedCache> {
  /** `dir:/cache`. */
  readonly store: string;
  readonly caches: readonly Cache[];
}

/** Tells what is in each store. */
export function listStoredCaches(
  inputs: HousekeepingInputs,
  ports: Ports,
): Promise<readonly StoreReport<ListedCache>[]> {
  return eachStore(inputs, ports, (_, caches) => Promise.resolve(caches));
}

/** Reads each cache as a build does, one after the other, since each needs room on the disk. */
export function verifyStoredCaches(
  inputs: HousekeepingInputs,
  ports: Ports,
): Promise<readonly StoreReport<VerifiedCache>[]> {
  const { verifyKeys: keys } = inputs;
  const { temporary } = ports.machine;
  return eachStore(inputs, ports, async (store, caches) => {
    const verified: VerifiedCache[] = [];
    for (const cache of caches) verified.push(await verifyCache(cache, { store, keys, temporary }, ports));
    return verified;
  });
}

/** Removes what is damaged and what the rules name; `rehearse`: only tells what that would be. */
export function pruneStoredCaches(
  inputs: HousekeepingInputs,
  { rules, rehearse }: { readonly rules: PruneRules; readonly rehearse: boolean },
  ports: Ports,
): Promise<readonly StoreReport<PrunedCache>[]> {
  return eachStore(inputs, ports, async (store, caches) => {
    const pruned = cachesToPrune(caches, rules);
    for (const { key } of rehearse ? [] : pruned) await store.remove(key, ports.signal);
    return pruned;
  });
}

async function eachStore<Cache extends ListedCache>(
  { stores, verifyKeys, connection }: HousekeepingInputs,
  ports: Ports,
  act: (store: CacheStore, caches: readonly ListedCache[]) => Promise<readonly Cache[]>,
): Promise<readonly StoreReport<Cache>[]> {
  const session = openSession(ports, connection, []);
  admitStores(stores, ports.network);
  const reports: StoreReport<Cache>[] = [];
  for (const location of stores) {
    const store = openStore(location, { registry: session.registry, clock: ports.clock });
    const caches = await listCaches(store, verifyKeys, ports.signal);
    reports.push({ store: store.name, caches: await act(store, caches) });
  }
  return reports;
}
