/**
 * Moves a layer cache as our builds do.
 *
 * Usage: own-program.ts save|restore dir:FOLDER|registry:HOST/REPOSITORY CACHE TEMPORARY
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CacheIdentity,
  type CachePorts,
  createDirectoryStore,
  createRegistryStore,
  findCache,
  type ParentCache,
  restoreCache,
  saveCache,
  type SaveRequest,
} from '../../../packages/core/src/cache/index.ts';
import { parseConnectionInputs } from '../../../packages/core/src/inputs/index.ts';
import { parseMirrorLines } from '../../../packages/core/src/mirrors/index.ts';
import { createNetwork } from '../../../packages/core/src/network/index.ts';
import { type CacheStore, type Clock, SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { digestOf } from '../../../packages/core/src/reference/index.ts';
import { createRegistryClient } from '../../../packages/core/src/registry/index.ts';
import { LIFECYCLE_FACTS } from '../../../packages/core/test/cache/support/volume-cache.ts';
import { perform } from './program.ts';

const IDENTITY: CacheIdentity = {
  repository: 'registry.example/org/app',
  platform: 'linux/amd64',
  builder: 'registry.example/builder',
  uid: LIFECYCLE_FACTS.uid ?? 0,
  gid: LIFECYCLE_FACTS.gid ?? 0,
  scope: 'default',
  suffix: '',
};
const BUILDER = digestOf(Buffer.from('builder'));
const CANDIDATES = [{ identity: IDENTITY }];
const CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
};

const { signal } = new AbortController();
const log = { ...SILENT_LOG, warn: fail };
const ports: CachePorts = { clock: CLOCK, log, signal };

async function main([what, place = '', cache = '', temporary = '']: readonly string[]): Promise<void> {
  if (what === 'restore') await withStore(place, (store) => restore(store, cache));
  else {
    // A build knows the index from its restore, so that reading it is part of that; by now those connections are closed.
    const parent = await withStore(place, readParent);
    await withStore(place, (store) => save({ store, cache, temporary, ...(parent !== undefined && { parent }) }));
  }
}

async function withStore<T>(place: string, work: (store: CacheStore) => Promise<T>): Promise<T> {
  const folder = /^dir:(.*)$/.exec(place)?.[1];
  if (folder !== undefined) return work(createDirectoryStore(folder, ports));
  const [, registry = '', path = ''] = /^registry:([^/]+)\/(.*)$/.exec(place) ?? [];
  const network = openNetwork();
  const credentials = { lookup: () => Promise.resolve(undefined) };
  const mirrors = parseMirrorLines([]);
  const client = createRegistryClient({ network, credentials, mirrors, clock: CLOCK, log, signal });
  try {
    return await work(createRegistryStore({ registry, path }, { registry: client, clock: CLOCK }));
  } finally {
    await network.close();
  }
}

function openNetwork() {
  return createNetwork({
    inputs: parseConnectionInputs({}, { environment: {}, workingDirectory: '/', now: Date.now() }),
    environment: {},
    home: '/nonexistent',
    clock: CLOCK,
    log,
    signal,
    places: { files: [], directories: [] },
  });
}

async function readParent(store: CacheStore): Promise<ParentCache | undefined> {
  const found = await findCache({ store, candidates: CANDIDATES }, ports);
  if (found.kind === 'miss') return undefined;
  return { index: found.index, digest: found.digest, badPacks: new Set(), badLayers: new Set() };
}

async function save(request: Pick<SaveRequest, 'store' | 'cache' | 'temporary' | 'parent'>): Promise<void> {
  const facts = { identity: IDENTITY, builder: BUILDER, createdBy: 'benchmark', maxBytes: 2e9, lifetime: 604_800 };
  await perform(async () => {
    const { kind } = await saveCache({ ...request, ...facts }, ports);
    if (kind !== 'saved' && kind !== 'unchanged') fail(`the cache was not saved: ${kind}`);
  });
}

async function restore(store: CacheStore, cache: string): Promise<void> {
  await perform(async () => {
    const { kind } = await restoreCache({ store, candidates: CANDIDATES, cache }, ports);
    if (kind === 'miss') fail('nothing was restored');
  });
}

function fail(message: string): never {
  throw new Error(message);
}

await main(process.argv.slice(2));
