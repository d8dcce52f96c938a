import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ParentCache, parentOf, restoreCache, saveCache } from '../../../packages/core/src/cache/index.ts';
import { recordingPorts } from '../../../packages/core/test/cache/support/doubles.ts';
import { MemoryStore } from '../../../packages/core/test/cache/support/memory-store.ts';
import { nodeModules } from '../../../packages/core/test/cache/support/node-modules.ts';
import { BUILDER, IDENTITY } from '../../../packages/core/test/cache/support/sample-index.ts';
import { writeVolumeCache } from '../../../packages/core/test/cache/support/volume-cache.ts';

const MIB = 1024 * 1024;
/** 1000 packages of 20 files. */
const PACKAGES = Array.from({ length: 1000 }, (_, index) => index * 10);
const FILE_BYTES = 8_000;

let root: string;
const store = new MemoryStore();

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cache-traffic-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function built(packages: readonly number[]): Promise<string> {
  const cache = await mkdtemp(path.join(root, 'built-'));
  await writeVolumeCache(cache, [{ name: 'npm/modules', files: nodeModules(packages, FILE_BYTES) }]);
  return cache;
}

function save(cache: string, parent: ParentCache | undefined) {
  const limits = { maxBytes: 2e9, lifetime: 604_800 };
  const facts = { identity: IDENTITY, builder: BUILDER, createdBy: 'test', temporary: root };
  return saveCache({ store, cache, ...facts, ...limits, ...(parent !== undefined && { parent }) }, recordingPorts());
}

async function restore() {
  const cache = await mkdtemp(path.join(root, 'restored-'));
  const outcome = await restoreCache({ store, candidates: [{ identity: IDENTITY }], cache }, recordingPorts());
  return { cache, outcome, parent: parentOf(outcome) };
}

describe('20,000 files of node_modules', () => {
  it('go up once, then what changes; and come in few requests', async () => {
    const first = await save(await built(PACKAGES), undefined);
    expect(first).toMatchObject({ kind: 'saved', traffic: { requests: 2 } });

    const warm = await restore();
    const stored = warm.outcome.traffic.down;
    expect(warm.outcome).toMatchObject({ kind: 'restored', lost: new Map(), traffic: { down: first.traffic.up } });
    expect(warm.outcome.traffic.requests).toBeLessThanOrEqual(16 + stored / (64 * MIB));

    const unchanged = await save(warm.cache, warm.parent);
    expect(unchanged).toMatchObject({ kind: 'unchanged', traffic: { requests: 0, up: 0 } });

    const added = await save(await built([...PACKAGES.slice(0, 500), 4_995, ...PACKAGES.slice(500)]), warm.parent);
    expect(added).toMatchObject({ kind: 'saved', traffic: { requests: 2 } });
    expect(added.traffic.up).toBeLessThan(0.02 * first.traffic.up);

    const again = await restore();
    expect(again.outcome).toMatchObject({ kind: 'restored', lost: new Map() });
    expect(again.outcome.traffic.requests).toBeLessThanOrEqual(16 + again.outcome.traffic.down / (64 * MIB));
    expect(again.outcome.traffic.down).toBeLessThan(1.03 * stored);
  });
});
