/**
 * Moves a layer cache as our builds do.
 *
 * Usage: own-program.ts save|restore dir:FOLDER|registry:HOST/REPOSITORY CACHE TEMPORARY
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CacheIdentity,
  type CachePorts,
  type CacheStore,
  createDirectoryStore,
  findIndex,
  type ParentCache,
  restoreCache,
  saveCache,
} from '../../../packages/core/src/cache/index.ts';
import { createRegistryStore } from '../../../packages/core/src/cache/store/registry.ts';
import { parseConnectionInputs } from '../../../packages/core/src/inputs/index.ts';
import { parseMirrorLines } from '../../../packages/core/src/mirrors/index.ts';
import { createNetwork } from '../../../packages/core/src/network/index.ts';
import { type Clock, SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
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
const CANDIDATES = [{ identity: IDENTITY, builder: BUILDER }];
const CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
};

const { signal } = new AbortController();
const log = { ...SILENT_LOG, warn: fail };
const ports: CachePorts = { clock: CLOCK, log, signal };
const network = createNetwork({
  inputs: parseConnectionInputs({}, { environment: {}, workingDirectory: '/', now: Date.now() }),
  environment: {},
  home: '/nonexistent',
  clock: CLOCK,
  log,
  signal,
  places: { files: [], directories: [] },
});

async function main([what, place = '', cache = '', temporary = '']: readonly string[]): Promise<void> {
  const store = openStore(place);
  try {
    if (what === 'save') await save(store, cache, temporary);
    else await restore(store, cache);
  } finally {
    await network.close();
  }
}

function openStore(place: string): CacheStore {
  const folder = /^dir:(.*)$/.exec(place)?.[1];
  if (folder !== undefined) return createDirectoryStore(folder, ports);
  const [, registry = '', path = ''] = /^registry:([^/]+)\/(.*)$/.exec(place) ?? [];
  const credentials = { lookup: () => Promise.resolve(undefined) };
  const client = createRegistryClient({
    network,
    credentials,
    mirrors: parseMirrorLines([]),
    clock: CLOCK,
    log,
    signal,
  });
  return createRegistryStore({ registry, path }, { registry: client, clock: CLOCK });
}

/** A build knows the index from its restore, so that reading it is part of that. */
async function save(store: CacheStore, cache: string, temporary: string): Promise<void> {
  const found = await findIndex(store, CANDIDATES, signal);
  const parent: ParentCache | undefined =
    found.kind === 'found'
      ? { index: found.index, digest: found.digest, badPacks: new Set(), badLayers: new Set() }
      : undefined;
  const limits = { maxBytes: 2e9, lifetime: 604_800 };
  await perform(async () => {
    const request = {
      store,
      cache,
      identity: IDENTITY,
      builder: BUILDER,
      createdBy: 'benchmark',
      temporary,
      ...limits,
    };
    const { kind } = await saveCache({ ...request, ...(parent !== undefined && { parent }) }, ports);
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
