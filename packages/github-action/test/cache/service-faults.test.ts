import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { BuildpacksError, type CacheStore, SILENT_LOG } from '@buildpacks-ci/core';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../core/src/reference/index.ts';
import { seededBytes } from '../../../core/test/cache/support/seeded.ts';
import { openNetwork } from '../../../core/test/support/network.ts';
import { temporaryDirectory } from '../../../core/test/support/temporary-directory.ts';
import { type Fault, faulty, MAIN, type Operation, sizeOf } from '../../../../test/bench/cache-service.ts';
import { ENTRY_VERSION } from '../../src/cache/keys.ts';
import { cacheService, CLOCK, jobOf, MAIN_TO_READ, openStore } from './subject.ts';

const SIGNAL = new AbortController().signal;
const KEY = 'a'.repeat(32);
const OTHER_KEY = 'b'.repeat(32);
const LIMITS = { answer: 1000, patience: 1500, rateLimited: 1500, pause: 5, block: 1000 };
const INDEX = { object: Buffer.from('index'), packs: [] };

const status = (code: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'status',
  status: code,
  headers,
});

async function packFile(size = 100_000) {
  const bytes = seededBytes(1, size);
  const file = path.join(await temporaryDirectory(), 'pack');
  await writeFile(file, bytes);
  return { digest: digestOf(bytes), size, file, bytes };
}

async function setup() {
  const service = await cacheService();
  const store = openStore(service, { limits: LIMITS });
  const asked = (operation: Operation) => service.requests.filter((request) => request.operation === operation).length;
  return { service, store, asked };
}

const readWhole = async (store: CacheStore, digest: `sha256:${string}`, size: number) => {
  const pieces = await store.readPack(digest, { start: 0, end: size }, SIGNAL);
  return pieces && buffer(pieces);
};

describe('what fails for a moment is tried again', () => {
  it.each<[Operation, Fault]>([
    ['GetCacheEntryDownloadURL', status(503)],
    ['GetCacheEntryDownloadURL', status(429, { 'retry-after': '0' })],
    ['GetCacheEntryDownloadURL', { kind: 'cut', at: 0 }],
    ['GetCacheEntryDownloadURL', { kind: 'cut', at: 0.5 }],
    ['GetCacheEntryDownloadURL', { kind: 'silence' }],
    ['CreateCacheEntry', status(502)],
    ['FinalizeCacheEntryUpload', status(500)],
    ['PutBlob', status(503)],
    ['PutBlob', { kind: 'cut', at: 0 }],
    ['GetBlob', status(503)],
    ['GetBlob', { kind: 'cut', at: 0.5 }],
    ['GetBlob', { kind: 'stall', at: 0.99 }],
    ['GetBlob', { kind: 'silence' }],
  ])('%s: %o', async (operation, fault) => {
    const { service, store, asked } = await setup();
    service.fail(faulty([operation], fault, 1));
    await store.writeIndex(KEY, INDEX, SIGNAL);
    expect((await store.readIndex([KEY], 100, SIGNAL))?.key).toBe(KEY);
    expect(asked(operation)).toBe(2);
  });
});

it('an index goes under another key when the answer that gave it one was lost', async () => {
  const { service, store } = await setup();
  service.fail(faulty(['CreateCacheEntry'], { kind: 'cut', at: 0.5 }, 1));
  await store.writeIndex(KEY, INDEX, SIGNAL);
  expect(service.entries.map(({ isComplete }) => isComplete)).toEqual([false, true]);
});

describe('what goes on failing ends in one error', () => {
  it.each<[string, Fault]>([
    ['temporary', status(429, { 'retry-after': '3600' })],
    ['temporary', status(500)],
    ['temporary', { kind: 'silence' }],
    ['temporary', { kind: 'cut', at: 0 }],
    ['denied', status(401)],
    ['denied', status(403)],
    ['registry', status(404)],
  ])('which is %s: %o', async (code, fault) => {
    const { service, store } = await setup();
    await store.writeIndex(KEY, INDEX, SIGNAL);
    service.fail(faulty(['GetCacheEntryDownloadURL', 'CreateCacheEntry'], fault));
    const error = await store.readIndex([KEY], 100, SIGNAL).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BuildpacksError);
    expect(error).toHaveProperty('code', code);
    await expect(store.writeIndex(KEY, INDEX, SIGNAL)).rejects.toHaveProperty('code', code);
  });

  it('is not waited for longer than allowed when too many requests were made', async () => {
    const { service, store, asked } = await setup();
    service.fail(faulty(['GetCacheEntryDownloadURL'], status(429, { 'retry-after': '3600' })));
    await expect(store.readIndex([KEY], 100, SIGNAL)).rejects.toThrow('no more requests for 3600 seconds');
    expect(asked('GetCacheEntryDownloadURL')).toBe(1);
  });

  it('is not waited for once more by the save after a restore', async () => {
    const { service, store, asked } = await setup();
    service.fail(faulty(['GetCacheEntryDownloadURL', 'CreateCacheEntry'], status(503)));
    await expect(store.readIndex([KEY], 100, SIGNAL)).rejects.toThrow('503');
    await expect(store.writeIndex(KEY, INDEX, SIGNAL)).rejects.toThrow('503');
    expect(asked('CreateCacheEntry')).toBe(1);
  });

  it('when nobody listens', async () => {
    const { service, store } = await setup();
    await service.close();
    await expect(store.readIndex([KEY], 100, SIGNAL)).rejects.toHaveProperty('code', 'temporary');
  });
});

describe('packs', () => {
  it('are read on by new addresses when the old ones have expired, asked for once by all ranges', async () => {
    const { service, store, asked } = await setup();
    const pack = await packFile();
    await store.writePack(pack, SIGNAL);
    await readWhole(store, pack.digest, pack.size);
    service.expireUrls();
    const ranges = Array.from({ length: 8 }, () => readWhole(store, pack.digest, pack.size));
    expect((await Promise.all(ranges)).every((bytes) => bytes?.equals(pack.bytes) === true)).toBe(true);
    expect(asked('GetCacheEntryDownloadURL')).toBe(2);
  });

  it('are given up when new addresses do not count either', async () => {
    const { service, store } = await setup();
    const pack = await packFile();
    await store.writePack(pack, SIGNAL);
    service.fail(faulty(['GetBlob'], status(403)));
    await expect(readWhole(store, pack.digest, pack.size)).rejects.toHaveProperty('code', 'denied');
  });

  it('are gone when their content is', async () => {
    const { service, store } = await setup();
    const pack = await packFile();
    await store.writePack(pack, SIGNAL);
    service.fail(faulty(['GetBlob'], status(404)));
    expect(await readWhole(store, pack.digest, pack.size)).toBeUndefined();
  });

  it('are sent in blocks when they are large, and a block that fails once more', async () => {
    const { service, store, asked } = await setup();
    const pack = await packFile(20 * 1024 * 1024);
    service.fail(faulty(['PutBlock'], { kind: 'cut', at: 0 }, 1));
    await openStore(service).writePack(pack, SIGNAL);
    expect(asked('PutBlock')).toBe(4);
    expect((await readWhole(store, pack.digest, pack.size))?.equals(pack.bytes)).toBe(true);
  });

  it('are written beside the reservation of a job that was cut off', async () => {
    const { service, store } = await setup();
    const pack = await packFile();
    service.fail(faulty(['PutBlob'], status(403)));
    await expect(store.writePack(pack, SIGNAL)).rejects.toHaveProperty('code', 'denied');
    service.fail();
    await store.writePack(pack, SIGNAL);
    expect((await readWhole(store, pack.digest, pack.size))?.equals(pack.bytes)).toBe(true);
  });

  it('are not taken from an entry whose key only begins with theirs', async () => {
    const { service, store } = await setup();
    const pack = await packFile();
    const key = `buildpacks-ci-1-p-${pack.digest.slice(7)}x`;
    await service.plant({ key, version: ENTRY_VERSION, scope: MAIN.Scope }, pack.bytes);
    expect(await readWhole(store, pack.digest, pack.size)).toBeUndefined();
  });
});

describe('forged entries', () => {
  it.each([
    `buildpacks-ci-1-i-${KEY}-`,
    `buildpacks-ci-1-i-${KEY}-9-9-00000000-none-`,
    `buildpacks-ci-1-i-${KEY}-${OTHER_KEY}-9-9-00000000-none`,
  ])('under %s cost no more than the cache of this key', async (key) => {
    const { service, store } = await setup();
    await store.writeIndex(KEY, INDEX, SIGNAL);
    await store.writeIndex(OTHER_KEY, INDEX, SIGNAL);
    await service.plant({ key, version: ENTRY_VERSION, scope: MAIN.Scope }, Buffer.from('forged'));
    expect(await store.readIndex([KEY], 100, SIGNAL)).toBeUndefined();
    expect((await store.readIndex([KEY, OTHER_KEY], 100, SIGNAL))?.key).toBe(OTHER_KEY);
  });

  it('that are larger than an index are not read', async () => {
    const { service, store } = await setup();
    const key = `buildpacks-ci-1-i-${KEY}-9-9-00000000-none`;
    await service.plant({ key, version: ENTRY_VERSION, scope: MAIN.Scope }, Buffer.alloc(10_000_000));
    await expect(store.readIndex([KEY], 1000, SIGNAL)).rejects.toHaveProperty('code', 'image');
  });
});

describe('a run that may only read', () => {
  it('is known from the start, and asks for nothing that it may not', async () => {
    const { service, asked } = await setup();
    const reader = openStore(service, { scopes: [MAIN_TO_READ] });
    expect(reader.readOnly).toContain('only read');
    await expect(reader.writeIndex(KEY, INDEX, SIGNAL)).rejects.toHaveProperty('code', 'denied');
    expect(asked('CreateCacheEntry')).toBe(0);
  });

  it('is the opposite of one that may only write, for which there is nothing to read', async () => {
    const { service, store, asked } = await setup();
    await store.writeIndex(KEY, INDEX, SIGNAL);
    const writer = openStore(service, { environment: { ...jobOf(service), ACTIONS_CACHE_MODE: 'write-only' } });
    await writer.writeIndex(KEY, INDEX, SIGNAL);
    expect(await writer.readIndex([KEY], 100, SIGNAL)).toBeUndefined();
    expect(asked('GetCacheEntryDownloadURL')).toBe(0);
  });
});

describe('secrets', () => {
  it('are neither sent to the storage nor printed', async () => {
    const service = await cacheService();
    const masked: string[] = [];
    const store = openStore(service, { log: { ...SILENT_LOG, mask: (secret) => void masked.push(secret) } });
    const pack = await packFile();
    await store.writePack(pack, SIGNAL);
    await store.writeIndex(KEY, INDEX, SIGNAL);
    await store.readIndex([KEY], 100, SIGNAL);
    await readWhole(store, pack.digest, pack.size);
    const storage = service.requests.filter(({ operation }) => operation.endsWith('Blob'));
    expect(storage.length).toBe(4);
    expect(storage.some(({ authorized }) => authorized)).toBe(false);
    expect(masked.length).toBe(1 + 4);
  });

  it('are in no message', async () => {
    const { service, store } = await setup();
    const pack = await packFile();
    await store.writePack(pack, SIGNAL);
    service.fail(faulty(['GetBlob', 'PutBlob'], { kind: 'cut', at: 0 }));
    const failures = [store.writeIndex(KEY, INDEX, SIGNAL), readWhole(store, pack.digest, pack.size)];
    const texts = (await Promise.allSettled(failures)).map((result) =>
      result.status === 'rejected' ? String(result.reason) : '',
    );
    expect(texts.join()).not.toMatch(/sig=|\?|^$/);
  });
});

it('a save is an entry for the pack and one for the index', async () => {
  const { service, store } = await setup();
  const pack = await packFile();
  await store.writePack(pack, SIGNAL);
  await store.writeIndex(KEY, { object: Buffer.from('index'), packs: [pack.digest] }, SIGNAL);
  expect(service.entries.map(sizeOf)).toEqual([pack.size, 5]);
  expect(service.requests.length).toBe(6);
});

it('goes through the network of the run', async () => {
  const service = await cacheService();
  const seen: string[] = [];
  const inner = openNetwork();
  const network = {
    ...inner,
    dispatcher: (url: URL) => {
      seen.push(url.pathname.split('/').at(-1) ?? '');
      return inner.dispatcher(url);
    },
  };
  await openStore(service, { network, clock: CLOCK }).writeIndex(KEY, INDEX, SIGNAL);
  expect(seen).toEqual(['CreateCacheEntry', '1', 'FinalizeCacheEntryUpload']);
});
