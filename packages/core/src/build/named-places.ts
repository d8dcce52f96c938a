import type { BuildRequest, CacheStoreLocation } from '../inputs/request.ts';
import type { Network } from '../ports/index.ts';
import type { Repository } from '../reference/index.ts';
import { registryServer } from '../registry/index.ts';
import type { PlannedCache } from './cache/planned-cache.ts';
import type { Plan } from './plan.ts';

/** The registries that may be reached with `offline`, since the user has named them as places of images. */
export function admitRepositories(repositories: readonly Repository[], { reach }: Network): void {
  for (const { registry } of repositories) reach.admit(registryServer(registry));
}

/** As `admitRepositories`, for stores of layer caches. */
export function admitStores(stores: readonly CacheStoreLocation[], network: Network): void {
  const repositories = stores.flatMap((store) => (store.kind === 'registry' ? [store.repository] : []));
  admitRepositories(repositories, network);
}

/** The places that a request names. Where its builder and run image come from is for mirrors and `offline-hosts` to say. */
export function admitRequest({ destinations, cache }: BuildRequest, network: Network): void {
  const repositories = destinations.map(({ repository }) => repository);
  admitRepositories(repositories, network);
  admitStores(cache.stores, network);
}

type PlannedPlaces = Pick<Plan, 'destinations'> & { readonly cache?: Pick<PlannedCache, 'stores'> };

/** The places that PREPARE's request named. */
export function admitPlan({ destinations, cache }: PlannedPlaces, network: Network): void {
  const repositories = destinations.flatMap((place) => (place.kind === 'registry' ? [place.repository] : []));
  admitRepositories(repositories, network);
  admitStores(cache?.stores ?? [], network);
}
