import { describe, expect, it } from 'vitest';
import { parentOf } from '../../../packages/core/src/cache/index.ts';
import { builds } from '../../../packages/core/test/cache/support/build.ts';
import { seededBytes } from '../../../packages/core/test/cache/support/seeded.ts';
import { tree } from '../../../packages/core/test/cache/support/volume-cache.ts';
import { MAIN_TO_READ, openStore } from '../../../packages/github-action/test/cache/subject.ts';
import { ENTRY_VERSION } from '../../../packages/github-action/src/cache/keys.ts';
import { type Fault, faulty, MAIN, type Operation, sizeOf } from '../../bench/cache-service.ts';
import { cacheService } from './client.ts';
import { hurriedClock } from './hurried-clock.ts';

const LAYER = tree('a/layer', seededBytes(1, 3_000_000));
const SMALL = tree('a/small', seededBytes(2, 1000));
const LOOK_UPS: readonly Operation[] = ['GetCacheEntryDownloadURL', 'CreateCacheEntry', 'FinalizeCacheEntryUpload'];
const STORAGE: readonly Operation[] = ['GetBlob', 'PutBlob', 'PutBlock', 'PutBlockList'];

/** A service that has a cache, and the builds of a job whose clock runs faster: what is to end in a minute ends in a few seconds. */
async function setup() {
  const service = await cacheService();
  const clock = hurriedClock();
  const made = await builds(openStore(service, { clock }));
  const first = await made.saveTrees([LAYER]);
  expect(first.outcome.kind).toBe('saved');
  const restore = (store = openStore(service, { clock })) => made.restore(undefined, store, { clock });
  const save = async (parent?: Parameters<typeof parentOf>[0], store = openStore(service, { clock })) => {
    const found = parent && parentOf(parent);
    const cache = await made.built(LAYER, SMALL);
    return made.save(cache, found === undefined ? {} : { parent: found }, store, { clock });
  };
  return { service, clock, restore, save };
}

describe('a job neither fails nor waits without end', () => {
  it.each<[string, readonly Operation[], Fault]>([
    ['429 storms', LOOK_UPS, { kind: 'status', status: 429, headers: { 'retry-after': '900' } }],
    ['429 without a time', LOOK_UPS, { kind: 'status', status: 429 }],
    ['a broken service', LOOK_UPS, { kind: 'status', status: 503 }],
    ['a service that hangs up', LOOK_UPS, { kind: 'cut', at: 0 }],
    ['a service that is silent', LOOK_UPS, { kind: 'silence' }],
    ['storage that is busy', STORAGE, { kind: 'status', status: 503 }],
    ['storage that refuses', STORAGE, { kind: 'status', status: 403 }],
    ['storage without the content', STORAGE, { kind: 'status', status: 404 }],
    ['storage that hangs up', STORAGE, { kind: 'cut', at: 0.5 }],
    ['storage that stalls at 99 %', STORAGE, { kind: 'stall', at: 0.99 }],
    ['storage that is silent', STORAGE, { kind: 'silence' }],
    ['storage that gives other bytes', ['GetBlob'], { kind: 'garbage' }],
  ])('for %s', async (_, operations, fault) => {
    const { service, restore, save } = await setup();
    service.fail(faulty(operations, fault));
    const restored = await restore();
    const saved = await save(restored.outcome);
    expect(Object.keys(restored.files)).toEqual([]);
    expect(restored.warnings.length).toBeLessThanOrEqual(1);
    expect(saved.warnings.length).toBeLessThanOrEqual(1);
    service.fail();
    expect(Object.keys((await restore()).files).length).toBeGreaterThan(0);
  });

  it('for a service that is gone', async () => {
    const { service, clock, restore, save } = await setup();
    const store = openStore(service, { clock });
    await service.close();
    expect((await restore(store)).warnings.length).toBe(1);
    expect((await save(undefined, store)).outcome.kind).toBe('failed');
  });

  it('for a pack that was evicted: its layers are made again, and saved again', async () => {
    const { service, restore, save } = await setup();
    service.evict(({ key }) => key.includes('-p-'));
    const restored = await restore();
    expect(restored.outcome).toMatchObject({ kind: 'restored', restored: [] });
    expect((await save(restored.outcome)).outcome.kind).toBe('saved');
    expect((await restore()).outcome).toMatchObject({ kind: 'restored', lost: new Map() });
  });

  it('for a forged index', async () => {
    const { service, restore } = await setup();
    const [, index] = service.entries;
    const key = index?.key.replace(/-[0-9a-f]{8}-/, '-ffffffff-') ?? '';
    await service.plant({ key, version: ENTRY_VERSION, scope: MAIN.Scope }, Buffer.from('forged'));
    const restored = await restore();
    expect(restored.outcome.kind).toBe('miss');
    expect(Object.keys(restored.files)).toEqual([]);
    expect(restored.warnings.length).toBe(1);
  });
});

describe('a job', () => {
  it('reads on where a stalled transfer was, and loses nothing', async () => {
    const { service, restore } = await setup();
    // Not the index, which comes first.
    let reads = 0;
    service.fail((operation) => (operation === 'GetBlob' && ++reads === 2 ? { kind: 'stall', at: 0.99 } : undefined));
    const { outcome, warnings } = await restore();
    expect(outcome).toMatchObject({ kind: 'restored', lost: new Map() });
    expect(warnings).toEqual([]);
  });

  it('saves after the 40 seconds that GitHub asks to wait when a repository has many new entries', async () => {
    const { service, restore, save } = await setup();
    const { outcome } = await restore();
    service.fail(faulty(['CreateCacheEntry'], { kind: 'status', status: 429, headers: { 'retry-after': '40' } }, 1));
    expect((await save(outcome)).outcome.kind).toBe('saved');
  });

  it('saves only what is new, in two entries', async () => {
    const { service, restore, save } = await setup();
    await save((await restore()).outcome);
    const [first, , second] = service.entries;
    expect(service.entries.length).toBe(4);
    expect(second && first && sizeOf(second) * 50 < sizeOf(first)).toBe(true);
  });

  it('on a branch begins with the cache of the default branch, and keeps its own', async () => {
    const { service, clock, restore, save } = await setup();
    const branch = { Scope: 'refs/heads/next', Permission: 3 };
    const store = () => openStore(service, { clock, scopes: [branch, MAIN_TO_READ] });
    const { outcome } = await restore(store());
    expect(outcome).toMatchObject({ kind: 'restored', lost: new Map() });
    expect((await save(outcome, store())).outcome.kind).toBe('saved');
    expect(service.entries.slice(2).map(({ scope }) => scope)).toEqual([branch.Scope, branch.Scope]);
    expect((await restore(store())).outcome).toMatchObject({ kind: 'restored', lost: new Map() });
  });
});
