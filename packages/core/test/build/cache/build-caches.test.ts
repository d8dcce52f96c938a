import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BuildCaches } from '../../../src/build/cache/build-caches.ts';
import type { PlannedCache } from '../../../src/build/cache/planned-cache.ts';
import { readSignKey } from '../../../src/cache/index.ts';
import type { CacheStore } from '../../../src/ports/index.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { recordingPorts } from '../../cache/support/doubles.ts';
import { MemoryStore } from '../../cache/support/memory-store.ts';
import { BUILDER, IDENTITY } from '../../cache/support/sample-index.ts';
import { readVolumeCache, tree, writeVolumeCache } from '../../cache/support/volume-cache.ts';
import { setup } from '../../registry/setup.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const IMAGE = digestOf(Buffer.from('image'));

async function machine(kinds: readonly ('local' | 'dir')[] = ['dir']) {
  const root = await temporaryDirectory();
  const stores = kinds.map((kind, index) => ({ kind, path: path.join(root, `store-${index}`) }));
  const plan: PlannedCache = {
    stores,
    identity: IDENTITY,
    candidates: [IDENTITY],
    write: true,
    maxBytes: 1e9,
    signed: false,
  };
  const open = (changes: Partial<PlannedCache> = {}, keys = [] as readonly ReturnType<typeof readSignKey>[]) => {
    const ports = recordingPorts();
    const { client: registry } = setup();
    const options = { builder: BUILDER, verifyKeys: keys, registry, clock: ports.clock };
    const caches = new BuildCaches({ ...plan, ...changes }, options);
    return { caches, ports };
  };
  let builds = 0;
  /** A build on a new machine that caches a layer. */
  const build = async (only: readonly number[] = [...stores.keys()], changes: Partial<PlannedCache> = {}) => {
    const { caches, ports } = open({ ...changes, stores: only.flatMap((index) => stores[index] ?? []) });
    const cache = path.join(root, `cache-${++builds}`);
    const image = await caches.find(ports);
    await caches.fill(cache, undefined, ports);
    const restored = await readVolumeCache(cache);
    if (Object.keys(restored).length === 0) await writeVolumeCache(cache, [tree('a/layer', 'text')]);
    await caches.save({ cache, temporary: root, image: IMAGE }, ports);
    const outcomes = caches.summary().stores.map(({ restore, save }) => [restore.outcome, save.outcome]);
    return { image, restored: Object.keys(restored).length, outcomes, warnings: ports.warnings };
  };
  return { root, stores, open, build };
}

describe('the stores of a build', () => {
  it('are asked in order, and what the later ones lack is saved there', async () => {
    const { build } = await machine(['dir', 'dir']);
    await build([1]);
    expect((await build()).outcomes).toEqual([
      ['miss', 'saved'],
      ['hit', 'unchanged'],
    ]);
    expect((await build()).outcomes).toEqual([
      ['hit', 'unchanged'],
      ['unasked', 'unchanged'],
    ]);
  });

  it('give the image of the build that saved last', async () => {
    const { build } = await machine(['dir']);
    expect((await build()).image).toBeUndefined();
    expect((await build()).image).toBe(IMAGE);
  });

  it('may keep layers as they are', async () => {
    const { build, stores } = await machine(['local']);
    expect((await build()).outcomes).toEqual([['miss', 'saved']]);
    expect(await build()).toMatchObject({ restored: 2, outcomes: [['hit', 'unchanged']], warnings: [] });
    const [folder = ''] = await readdir(stores[0]?.path ?? '');
    expect((await readdir(path.join(stores[0]?.path ?? '', folder))).some((name) => name.endsWith('.tar'))).toBe(true);
  });

  it('make one warning when nothing can be done with one of them', async () => {
    const { build, stores } = await machine();
    const store = stores[0]?.path ?? '';
    await mkdir(store);
    await symlink('indexes', path.join(store, 'indexes'));
    const { outcomes, warnings } = await build();
    expect(outcomes).toEqual([['miss', 'failed']]);
    expect(warnings).toEqual([expect.stringContaining('was not restored')]);
  });

  it('are left alone by a build that may only read', async () => {
    const { root, build } = await machine(['dir', 'local']);
    expect((await build(undefined, { write: false })).outcomes).toEqual([
      ['miss', 'off'],
      ['miss', 'off'],
    ]);
    expect((await readdir(root)).filter((name) => name.startsWith('store'))).toEqual([]);
  });

  it('are not asked by a build that is to do without', async () => {
    const { build } = await machine(['dir', 'local']);
    await build();
    const { restored, outcomes } = await build(undefined, { candidates: [] });
    expect(restored).toBe(0);
    expect(outcomes.map(([restore]) => restore)).toEqual(['unasked', 'unasked']);
  });
});

describe('caches that are signed', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = readSignKey(privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'));

  it('are not overwritten by who has no key', async () => {
    const { root, open } = await machine();
    const cache = path.join(root, 'cache');
    await writeVolumeCache(cache, [tree('a/layer', 'text')]);
    const signing = open({ signed: true }, [key]);
    await signing.caches.save({ cache, temporary: root, signKey: key }, signing.ports);
    const reading = open({ signed: true }, [key]);
    await reading.caches.find(reading.ports);
    await reading.caches.save({ cache, temporary: root }, reading.ports);
    expect(reading.caches.summary().stores).toMatchObject([{ save: { outcome: 'off' } }]);
    const again = open({ signed: true }, [key]);
    await again.caches.find(again.ports);
    expect(again.ports.warnings).toEqual([]);
  });
});

describe('the hand-over to another process', () => {
  /** A build that has found a cache, and left its file to a second process. */
  async function handedOver(kinds?: Parameters<typeof machine>[0]) {
    const { root, build, open } = await machine(kinds);
    await build();
    const [first, second] = [open(), open()];
    const [cache, file] = [path.join(root, 'cache'), path.join(root, 'caches.json')];
    await first.caches.find(first.ports);
    await first.caches.fill(cache, undefined, first.ports);
    await first.caches.handOver(file);
    const goOn = async () => {
      await second.caches.takeOver(file);
      await second.caches.save({ cache, temporary: root, image: IMAGE }, second.ports);
      return { stores: second.caches.summary().stores, warnings: second.ports.warnings };
    };
    return { file, goOn };
  }

  it('saves nothing again that was found, and tells what was restored', async () => {
    const { goOn } = await handedOver(['dir', 'local']);
    expect((await goOn()).stores).toMatchObject([
      { restore: { outcome: 'hit', layers: 1 }, save: { outcome: 'unchanged' }, bytesUp: 0 },
      { restore: { outcome: 'unasked' }, save: { outcome: 'unchanged' } },
    ]);
  });

  it.each<[string, (text: string) => string]>([
    ['is cut off', (text) => text.slice(0, -10)],
    ['is something else', () => '[{"before":{}},7]'],
    ['names an index that is none', (text) => text.replace('\\"packs\\"', '\\"pack\\"')],
    ['has a digest that is none', (text) => text.replace('"digest":"sha256:', '"digest":"sha512:')],
    ['counts what can not be counted', (text) => text.replace('"layers":1', '"layers":"1"')],
    ['has an outcome that there is not', (text) => text.replace('"hit"', '"found"')],
  ])('is as if nothing had been found when it %s', async (_, damage) => {
    const { file, goOn } = await handedOver();
    const text = await readFile(file, 'utf8');
    expect(damage(text)).not.toBe(text);
    await writeFile(file, damage(text));
    expect(await goOn()).toMatchObject({
      stores: [{ restore: { outcome: 'unasked', layers: 0 }, save: { outcome: 'saved' }, bytesDown: 0 }],
      warnings: [],
    });
  });

  it('may fail', async () => {
    const { root, open } = await machine();
    const { caches, ports } = open();
    const cache = path.join(root, 'cache');
    await writeVolumeCache(cache, [tree('a/layer', 'text')]);
    await caches.takeOver(path.join(root, 'none.json'));
    await caches.save({ cache, temporary: root }, ports);
    expect(caches.summary().stores).toMatchObject([{ restore: { outcome: 'unasked' }, save: { outcome: 'saved' } }]);
  });
});

describe('a store that the CI brings', () => {
  const location = { kind: 'host', name: 'github' } as const;
  const stored = async (store: CacheStore | undefined) => {
    const root = await temporaryDirectory();
    const ports = recordingPorts();
    const notes: string[] = [];
    const log = { ...ports.log, info: (message: string) => void notes.push(message) };
    const common = { identity: IDENTITY, candidates: [IDENTITY], write: true, maxBytes: 1e9, signed: false };
    const hostStores = store === undefined ? {} : { github: store };
    const options = { builder: BUILDER, verifyKeys: [], registry: setup().client, clock: ports.clock, hostStores };
    const caches = new BuildCaches({ ...common, stores: [location] }, options);
    await writeVolumeCache(root, [tree('a/layer', 'text')]);
    await caches.save({ cache: root, temporary: root }, { ...ports, log });
    return { summary: caches.summary(), notes, warnings: ports.warnings };
  };

  it('is written like any other', async () => {
    const store = new MemoryStore();
    expect((await stored(store)).summary.stores).toMatchObject([{ name: 'memory', save: { outcome: 'saved' } }]);
    expect(store.shelf.packs.size).toBe(1);
  });

  it('is not tried where nothing may be written, which is no warning', async () => {
    const store = Object.assign(new MemoryStore(), { readOnly: 'this run may only read' });
    const { summary, notes, warnings } = await stored(store);
    expect(summary.stores).toMatchObject([{ save: { outcome: 'off' } }]);
    expect(store.traffic.requests).toBe(0);
    expect(notes).toEqual(['the layer cache "memory" is not saved: this run may only read']);
    expect(warnings).toEqual([]);
  });

  it('has to be brought', async () => {
    await expect(stored(undefined)).rejects.toThrow('the cache store "github" is not there in this process');
  });
});
