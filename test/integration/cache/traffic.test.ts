import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDirectoryStore,
  createRegistryStore,
  type ParentCache,
  parentOf,
  restoreCache,
  saveCache,
} from '../../../packages/core/src/cache/index.ts';
import type { CacheStore } from '../../../packages/core/src/ports/index.ts';
import { StoppedClock } from '../../../packages/core/test/cache/support/clock.ts';
import { recordingPorts } from '../../../packages/core/test/cache/support/doubles.ts';
import { nodeModules } from '../../../packages/core/test/cache/support/node-modules.ts';
import { BUILDER, IDENTITY } from '../../../packages/core/test/cache/support/sample-index.ts';
import { writeVolumeCache } from '../../../packages/core/test/cache/support/volume-cache.ts';
import { clientFor, repositoryOf, startForTest } from '../registry/client.ts';

const MIB = 1024 * 1024;
/** 1000 packages of 20 files. */
const PACKAGES = Array.from({ length: 1000 }, (_, index) => index * 10);
const FILE_BYTES = 8_000;

let root: string;
/** What builds leave: the first, and one with one more dependency. */
const caches = { first: '', added: '' };

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cache-traffic-'));
  caches.first = await built(PACKAGES);
  caches.added = await built([...PACKAGES.slice(0, 500), 4_995, ...PACKAGES.slice(500)]);
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function built(packages: readonly number[]): Promise<string> {
  const cache = await mkdtemp(path.join(root, 'built-'));
  await writeVolumeCache(cache, [{ name: 'npm/modules', files: nodeModules(packages, FILE_BYTES) }]);
  return cache;
}

/** A store, and what its server has counted since it was last asked; a directory has none. */
interface Subject {
  readonly store: CacheStore;
  readonly served?: () => { readonly requests: number; readonly up: number };
}

async function inRegistry(): Promise<Subject> {
  const registry = await startForTest();
  const options = { registry: clientFor(), clock: new StoppedClock() };
  const served = () => {
    const requests = registry.requests();
    registry.forget();
    return { requests: requests.length, up: requests.reduce((sum, { uploaded }) => sum + uploaded, 0) };
  };
  return { store: createRegistryStore(repositoryOf(registry, 'team/cache'), options), served };
}

async function inDirectory(): Promise<Subject> {
  const directory = await mkdtemp(path.join(root, 'store-'));
  return { store: createDirectoryStore(directory, { clock: new StoppedClock() }) };
}

function movesOf({ store, served }: Subject) {
  const measured = (traffic: { requests: number; up: number }) => served?.() ?? traffic;
  const save = async (cache: string, parent?: ParentCache) => {
    const limits = { maxBytes: 2e9, lifetime: 604_800 };
    const facts = { identity: IDENTITY, builder: BUILDER, createdBy: 'test', temporary: root };
    const request = { store, cache, ...facts, ...limits, ...(parent !== undefined && { parent }) };
    const { kind, traffic } = await saveCache(request, recordingPorts());
    return { kind, traffic, ...measured(traffic) };
  };
  const restore = async () => {
    const cache = await mkdtemp(path.join(root, 'restored-'));
    const outcome = await restoreCache({ store, candidates: [{ identity: IDENTITY }], cache }, recordingPorts());
    return { cache, outcome, parent: parentOf(outcome), down: outcome.traffic.down, ...measured(outcome.traffic) };
  };
  return { save, restore };
}

describe.each([
  ['a directory', inDirectory],
  ['a registry', inRegistry],
])('20,000 files of node_modules in %s', (_, open) => {
  it('go up once, then what changes; and come in few requests', async () => {
    const { save, restore } = movesOf(await open());
    const first = await save(caches.first);
    expect(first).toMatchObject({ kind: 'saved', traffic: { requests: 2 } });

    const warm = await restore();
    expect(warm).toMatchObject({ outcome: { kind: 'restored', lost: new Map() }, up: 0, down: first.traffic.up });
    expect(warm.requests).toBeLessThanOrEqual(16 + warm.down / (64 * MIB));

    expect(await save(warm.cache, warm.parent)).toMatchObject({ kind: 'unchanged', requests: 0, up: 0 });

    const added = await save(caches.added, warm.parent);
    expect(added).toMatchObject({ kind: 'saved', traffic: { requests: 2 } });
    expect(added.up).toBeLessThan(0.02 * first.up);

    const again = await restore();
    expect(again.outcome).toMatchObject({ kind: 'restored', lost: new Map() });
    expect(again.requests).toBeLessThanOrEqual(16 + again.down / (64 * MIB));
    expect(again.down).toBeLessThan(1.03 * warm.down);
  });
});
