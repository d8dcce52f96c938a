import path from 'node:path';
import { SILENT_LOG, type CacheStore } from '@buildpacks-ci/core';
import { expect, it } from 'vitest';
import { describeCacheStore } from '../../../packages/core/test/cache/support/store-contract.ts';
import { failingFrom } from '../../../packages/core/test/cache/support/doubles.ts';
import { openNetwork } from '../../../packages/core/test/support/network.ts';
import { createGitHubStore } from '../../../packages/github-action/src/cache/index.ts';
import { CLOCK } from '../../../packages/github-action/test/cache/subject.ts';
import { type CacheService } from '../../bench/cache-service.ts';
import { cacheService, enterJob } from './client.ts';

/** The store of a job on GitHub Enterprise Server. GitHub's client takes all it needs from the process itself. */
function openStore(service: CacheService, mode = ''): CacheStore {
  const environment = {
    GITHUB_SERVER_URL: 'https://github.corp',
    ACTIONS_CACHE_URL: service.url,
    ACTIONS_RUNTIME_TOKEN: service.token(),
    ACTIONS_CACHE_MODE: mode,
  };
  const temporary = process.env['RUNNER_TEMP'] ?? '';
  const store = createGitHubStore({ environment, network: openNetwork(), clock: CLOCK, log: SILENT_LOG, temporary });
  if ('unavailable' in store) throw new Error(store.unavailable);
  return store;
}

/** The stores of several jobs, as if on one runner: there they come one after the other, since each leaves its files in the same places. */
function inTurns(store: CacheStore, turns: { last: Promise<unknown> }): CacheStore {
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = turns.last.then(work);
    turns.last = turn.catch(() => undefined);
    return turn;
  };
  return {
    ...store,
    readIndex: (...args) => next(() => store.readIndex(...args)),
    writeIndex: (...args) => next(() => store.writeIndex(...args)),
    readPack: (...args) => next(() => store.readPack(...args)),
    writePack: (...args) => next(() => store.writePack(...args)),
  };
}

describeCacheStore(
  'GitHub’s cache, first version',
  async () => {
    const service = await cacheService();
    await enterJob(service, { version: 1 });
    const turns = { last: Promise.resolve<unknown>(undefined) };
    return {
      open: () => inTurns(openStore(service), turns),
      openReadOnly: () => openStore(service, 'read'),
      openDying: (step) => {
        const death = Promise.withResolvers<undefined>();
        const die = () => {
          death.resolve(undefined);
          return new Promise<never>(() => undefined);
        };
        return { store: failingFrom(openStore(service), step, die), death: death.promise };
      },
      evict: (digest) => {
        service.evict(({ key }) => key.includes(digest.slice('sha256:'.length)));
        return Promise.resolve();
      },
    };
  },
  { lists: false },
);

it('a pack takes one look-up and one transfer, however many ranges are read', async () => {
  const service = await cacheService();
  await enterJob(service, { version: 1 });
  const digest = `sha256:${'0'.repeat(64)}` as const;
  const signal = new AbortController().signal;
  await openStore(service).writePack({ digest, size: 5, file: path.resolve(import.meta.filename) }, signal);
  const before = service.requests.length;
  const store = openStore(service);
  await Promise.all([1, 2, 3].map((start) => store.readPack(digest, { start, end: start + 1 }, signal)));
  expect(service.requests.slice(before).map(({ operation }) => operation)).toEqual(['Caches', 'GetBlob']);
});
