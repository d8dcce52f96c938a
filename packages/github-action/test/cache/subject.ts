import { setTimeout as delay } from 'node:timers/promises';
import { type CacheStore, type Clock, type Network, SILENT_LOG } from '@buildpacks-ci/core';
import { onTestFinished } from 'vitest';
import type { StoreSubject } from '../../../core/test/cache/support/store-contract.ts';
import { openNetwork } from '../../../core/test/support/network.ts';
import { type CacheService, MAIN, startCacheService, type TokenScope } from '../../../../test/bench/cache-service.ts';
import { createGitHubStore, type GitHubCacheOptions } from '../../src/cache/index.ts';

export const CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
};

export const MAIN_TO_READ: TokenScope = { ...MAIN, Permission: 1 };

export async function cacheService(): Promise<CacheService> {
  const service = await startCacheService();
  onTestFinished(() => service.close());
  return service;
}

/** The variables of a job on GitHub. */
export function jobOf(service: CacheService, scopes?: readonly TokenScope[]): Readonly<Record<string, string>> {
  return {
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: service.url,
    ACTIONS_RUNTIME_TOKEN: service.token(scopes),
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '17',
    GITHUB_RUN_ATTEMPT: '1',
  };
}

/** The store of such a job. */
export function openStore(
  service: CacheService,
  { scopes, ...options }: Partial<GitHubCacheOptions> & { readonly scopes?: readonly TokenScope[] } = {},
): CacheStore {
  const store = createGitHubStore({
    environment: jobOf(service, scopes),
    network: openNetwork(),
    clock: CLOCK,
    log: SILENT_LOG,
    temporary: '/nonexistent',
    ...options,
  });
  if ('unavailable' in store) throw new Error(store.unavailable);
  return store;
}

export async function githubSubject(): Promise<StoreSubject> {
  const service = await cacheService();
  return {
    open: () => openStore(service),
    openReadOnly: () => openStore(service, { scopes: [MAIN_TO_READ] }),
    openDying: (step) => {
      const death = Promise.withResolvers<undefined>();
      const network = dying(openNetwork(), step, death.resolve);
      return { store: openStore(service, { network }), death: death.promise };
    },
    evict: (digest) => {
      service.evict(({ key }) => key.includes(digest.slice('sha256:'.length)));
      return Promise.resolve();
    },
  };
}

/** A network on which the n-th request (from 0) and all later ones never end. */
function dying(network: Network, step: number, died: (value: undefined) => void): Network {
  let left = step;
  return {
    ...network,
    dispatcher: (url) => {
      const dispatcher = network.dispatcher(url);
      if (left-- > 0) return dispatcher;
      died(undefined);
      return Object.assign(Object.create(dispatcher) as typeof dispatcher, {
        request: () => new Promise(() => undefined),
      });
    },
  };
}
