import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { restoreCache, saveCache } from '@actions/cache';
import { BlockBlobClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { seededBytes } from '../../../packages/core/test/cache/support/seeded.ts';
import { type CacheService, faulty, MAIN } from '../../bench/cache-service.ts';
import { cacheService, enterJob } from './client.ts';

const PULL = { Scope: 'refs/pull/7/merge', Permission: 3 };
const MAIN_TO_READ = { ...MAIN, Permission: 1 };
const CONTENT = seededBytes(1, 300_000);

/** A file in the job's workspace, which is what the toolkit keeps. */
async function content(workspace: string): Promise<string> {
  const file = path.join(workspace, 'content');
  await writeFile(file, CONTENT);
  return file;
}

describe.each([1, 2] as const)('the bench is a cache service for GitHub’s own client, version %i', (version) => {
  it('which keeps and gives back', async () => {
    const service = await cacheService();
    const file = await content(await enterJob(service, { version }));
    expect(await saveCache([file], 'app-1')).toBeGreaterThan(0);
    await rm(file);
    expect(await restoreCache([file], 'app-1')).toBe('app-1');
    expect((await readFile(file)).equals(CONTENT)).toBe(true);
  });

  it('which finds the newest by the beginning of its key', async () => {
    const service = await cacheService();
    const file = await content(await enterJob(service, { version }));
    for (const key of ['app-1', 'app-2', 'other-3']) await saveCache([file], key);
    expect(await restoreCache([file], 'none', ['nothing-', 'app-'], { lookupOnly: true })).toBe('app-2');
    expect(await restoreCache([file], 'none', ['nothing-'])).toBeUndefined();
  });

  it('which keeps what is there', async () => {
    const service = await cacheService();
    const file = await content(await enterJob(service, { version }));
    await saveCache([file], 'app-1');
    expect(await saveCache([file], 'app-1')).toBe(-1);
    expect(service.entries.length).toBe(1);
  });

  it('which lets a run write its own scope, and read others', async () => {
    const service = await cacheService();
    const file = await content(await enterJob(service, { version }));
    await saveCache([file], 'app-1');
    await enterJob(service, { version, token: service.token([PULL, MAIN_TO_READ]) });
    expect(await restoreCache([file], 'app-1')).toBe('app-1');
    await saveCache([file], 'app-1');
    expect(service.entries.map(({ scope }) => scope)).toEqual(['refs/heads/main', 'refs/pull/7/merge']);
  });

  it('which refuses a token that may only read', async () => {
    const service = await cacheService();
    const file = await content(await enterJob(service, { version, token: service.token([MAIN_TO_READ]) }));
    expect(await saveCache([file], 'app-1')).toBe(-1);
    expect(service.entries).toEqual([]);
  });
});

describe('GitHub’s own client', () => {
  it('does not try again when there were too many requests', async () => {
    const service = await cacheService();
    const file = await content(await enterJob(service, { version: 2 }));
    service.fail(
      faulty(['GetCacheEntryDownloadURL'], { kind: 'status', status: 429, headers: { 'retry-after': '9' } }),
    );
    expect(await restoreCache([file], 'app-1')).toBeUndefined();
    expect(service.requests.length).toBe(1);
  });
});

describe('Azure’s own client', () => {
  it('sends blocks, and reads ranges in parallel', async () => {
    const service = await cacheService();
    const file = await content(await enterJob(service, { version: 2 }));
    const named = { key: 'blocks', version: 'v' };
    const { signed_upload_url: target = '' } = await call(service, 'CreateCacheEntry', named);
    const writer = new BlockBlobClient(target);
    await writer.uploadFile(file, { blockSize: 64 * 1024, maxSingleShotSize: 64 * 1024, concurrency: 4 });
    await call(service, 'FinalizeCacheEntryUpload', { ...named, size_bytes: String(CONTENT.length) });
    const { signed_download_url: source = '' } = await call(service, 'GetCacheEntryDownloadURL', named);
    const reader = new BlockBlobClient(source);
    const read = await reader.downloadToBuffer(0, undefined, { blockSize: 64 * 1024, concurrency: 4 });
    expect(read.equals(CONTENT)).toBe(true);
    expect(service.requests.filter(({ operation }) => operation === 'PutBlock').length).toBe(5);
  });
});

async function call(service: CacheService, method: string, body: object): Promise<Partial<Record<string, string>>> {
  const response = await fetch(`${service.url}twirp/github.actions.results.api.v1.CacheService/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.token()}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Partial<Record<string, string>>;
}
