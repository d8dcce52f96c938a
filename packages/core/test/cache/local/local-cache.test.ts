import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { restoreLocalCache, saveLocalCache } from '../../../src/cache/local/local-cache.ts';
import { CACHE_METADATA } from '../../../src/cache/volume-cache.ts';

const shaOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'cache-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A build's volume cache that holds one layer for each text. */
async function volumeCache(...texts: readonly string[]): Promise<string> {
  const cache = await temporaryDirectory();
  await mkdir(path.join(cache, 'committed'));
  for (const text of texts) await writeFile(path.join(cache, 'committed', `${shaOf(text)}.tar`), text);
  const layers = Object.fromEntries(texts.map((text, index) => [`layer-${index}`, { sha: shaOf(text), cache: true }]));
  const metadata = { sbom: { sha: '' }, buildpacks: [{ key: 'a', version: '1', layers }] };
  await writeFile(path.join(cache, 'committed', CACHE_METADATA), JSON.stringify(metadata));
  return cache;
}

async function contents(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).filter((name) => name !== CACHE_METADATA);
  const texts: Record<string, string> = {};
  for (const name of names) texts[name] = await readFile(path.join(directory, name), 'utf8');
  return texts;
}

describe('a saved cache', () => {
  it('comes back as it was', async () => {
    const store = path.join(await temporaryDirectory(), 'store');
    const cache = await volumeCache('one', 'two');
    await saveLocalCache(cache, store);
    const restored = await temporaryDirectory();
    await restoreLocalCache(store, restored, undefined);
    expect(await contents(path.join(restored, 'committed'))).toEqual(await contents(path.join(cache, 'committed')));
  });

  it('saves nothing the second time', async () => {
    const store = path.join(await temporaryDirectory(), 'store');
    const cache = await volumeCache('one');
    await saveLocalCache(cache, store);
    expect(await saveLocalCache(cache, store)).toEqual({ layers: 0, bytes: 0 });
  });

  it('drops what the newest build no longer has', async () => {
    const store = path.join(await temporaryDirectory(), 'store');
    await saveLocalCache(await volumeCache('one'), store);
    await saveLocalCache(await volumeCache('two'), store);
    expect(await contents(store)).toEqual({ [`${shaOf('two')}.tar`]: 'two' });
  });

  it('leaves nothing of its own in the store', async () => {
    const store = path.join(await temporaryDirectory(), 'store');
    await saveLocalCache(await volumeCache('one'), store);
    expect((await readdir(store)).sort()).toEqual([CACHE_METADATA, `${shaOf('one')}.tar`].sort());
  });
});

describe('what a buildpack put into the cache directory', () => {
  it('is not stored when its bytes do not fit its name', async () => {
    const cache = await volumeCache('one');
    await writeFile(path.join(cache, 'committed', `${shaOf('one')}.tar`), 'forged');
    const store = path.join(await temporaryDirectory(), 'store');
    await saveLocalCache(cache, store);
    expect(await contents(store)).toEqual({});
  });

  it('is not followed when it is a link', async () => {
    const cache = await volumeCache('one');
    const outside = path.join(await temporaryDirectory(), 'outside');
    await writeFile(outside, 'one');
    const file = path.join(cache, 'committed', `${shaOf('one')}.tar`);
    await rm(file);
    await symlink(outside, file);
    const store = path.join(await temporaryDirectory(), 'store');
    await saveLocalCache(cache, store);
    expect(await contents(store)).toEqual({});
  });

  it('is not looked for in the cache of somebody else that it links to', async () => {
    const other = path.join(await temporaryDirectory(), 'store');
    await saveLocalCache(await volumeCache('one'), other);
    const cache = await temporaryDirectory();
    await symlink(other, path.join(cache, 'committed'));
    const store = path.join(await temporaryDirectory(), 'store');
    expect(await saveLocalCache(cache, store)).toEqual({ layers: 0, bytes: 0 });
  });

  it('is not copied when it is a huge file of holes', async () => {
    const cache = await volumeCache('one', 'two');
    await truncate(path.join(cache, 'committed', `${shaOf('one')}.tar`), 2 ** 36);
    const store = path.join(await temporaryDirectory(), 'store');
    await saveLocalCache(cache, store);
    expect(await contents(store)).toEqual({ [`${shaOf('two')}.tar`]: 'two' });
  });

  it('does not make us wait when it is a FIFO', async () => {
    const cache = await volumeCache('one');
    const file = path.join(cache, 'committed', CACHE_METADATA);
    await rm(file);
    execFileSync('mkfifo', [file]);
    await chmod(file, 0o666);
    expect(await saveLocalCache(cache, path.join(await temporaryDirectory(), 'store'))).toEqual({
      layers: 0,
      bytes: 0,
    });
  });
});

it('a layer whose tar is gone is restored without its metadata', async () => {
  const store = path.join(await temporaryDirectory(), 'store');
  await saveLocalCache(await volumeCache('one', 'two'), store);
  await rm(path.join(store, `${shaOf('two')}.tar`));
  const restored = await temporaryDirectory();
  await restoreLocalCache(store, restored, undefined);
  const metadata = await readFile(path.join(restored, 'committed', CACHE_METADATA), 'utf8');
  expect(metadata).not.toContain(shaOf('two'));
});

it.each([
  ['no JSON', 'not json'],
  ['no object', '[]'],
  ['an object of another kind', '{"buildpacks":7}'],
])('metadata that is %s restores no layer', async (_, metadata) => {
  const store = path.join(await temporaryDirectory(), 'store');
  await saveLocalCache(await volumeCache('one'), store);
  await writeFile(path.join(store, CACHE_METADATA), metadata);
  expect(await restoreLocalCache(store, await temporaryDirectory(), undefined)).toEqual({ layers: 0, bytes: 0 });
});

it.each<[string, (store: string) => Promise<unknown>]>([
  ['is not there', () => Promise.resolve()],
  ['holds no metadata', (store) => mkdir(store)],
  [
    'holds broken metadata',
    async (store) => {
      await mkdir(store);
      await writeFile(path.join(store, CACHE_METADATA), '{');
    },
  ],
])('a store that %s restores nothing and leaves the cache to the lifecycle', async (_, make) => {
  const store = path.join(await temporaryDirectory(), 'store');
  await make(store);
  const cache = await temporaryDirectory();
  expect(await restoreLocalCache(store, cache, undefined)).toEqual({ layers: 0, bytes: 0 });
  expect(await readdir(cache)).toEqual([]);
});
