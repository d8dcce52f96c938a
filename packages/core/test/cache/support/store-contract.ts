import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../../src/errors/index.ts';
import type { CacheStore, PackFile } from '../../../src/ports/index.ts';
import { type Digest, digestOf } from '../../../src/reference/index.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { seededBytes } from './seeded.ts';

/** One place that keeps caches, empty at first. */
export interface StoreSubject {
  /** A store at this place, as another process would open it. */
  open(): CacheStore;
  /** One that may not write there. */
  openReadOnly(): CacheStore;
  /** Takes a pack away, as a CI does that needs room. */
  evict(digest: Digest): Promise<void>;
  /** A store that stops for ever before it changes something for the n-th time (from 0), and a promise of that. */
  openDying(step: number): { readonly store: CacheStore; readonly death: Promise<void> };
}

const SIGNAL = new AbortController().signal;
const MAX = 1024 * 1024;
const KEY = 'a'.repeat(32);
const OTHER_KEY = 'b'.repeat(32);

async function packFile(seed: number, size = 100_000): Promise<PackFile> {
  const bytes = seededBytes(seed, size);
  const file = path.join(await temporaryDirectory(), 'pack');
  await writeFile(file, bytes);
  return { digest: digestOf(bytes), size, file };
}

async function gather(pieces: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (pieces === undefined) return undefined;
  const gathered: Uint8Array[] = [];
  for await (const piece of pieces) gathered.push(piece);
  return Buffer.concat(gathered);
}

const read = async (store: CacheStore, digest: Digest, start = 0, end = MAX) =>
  gather(await store.readPack(digest, { start, end }, SIGNAL));

const newest = async (store: CacheStore, ...keys: readonly string[]) => {
  const found = await store.readIndex(keys, MAX, SIGNAL);
  return found && { key: found.key, text: Buffer.from(found.object).toString('latin1') };
};

const write = (store: CacheStore, key: string, text: string, packs: readonly Digest[] = []) =>
  store.writeIndex(key, { object: Buffer.from(text, 'latin1'), packs }, SIGNAL);

export interface StoreTraits {
  /** Whether it can tell what it holds, and remove it. Default: yes. */
  readonly lists?: boolean;
}

/** What every cache store must do, whatever it is made of. */
export function describeCacheStore(
  name: string,
  make: () => Promise<StoreSubject>,
  { lists = true }: StoreTraits = {},
): void {
  describe(`${name}: indexes`, () => {
    it('are not there at first', async () => {
      const store = (await make()).open();
      expect(await newest(store, KEY)).toBeUndefined();
      if (lists) expect(await store.list(SIGNAL)).toEqual([]);
    });

    it('come back as they were written, in another process', async () => {
      const subject = await make();
      const text = seededBytes(1, 5000).toString('latin1');
      await write(subject.open(), KEY, text);
      expect(await newest(subject.open(), KEY)).toEqual({ key: KEY, text });
    });

    it('are replaced by newer ones', async () => {
      const store = (await make()).open();
      for (const text of ['one', 'two', 'three']) await write(store, KEY, text);
      expect((await newest(store, KEY))?.text).toBe('three');
    });

    it('are looked for in the order of the keys', async () => {
      const store = (await make()).open();
      await write(store, OTHER_KEY, 'other');
      expect(await newest(store, KEY, OTHER_KEY)).toEqual({ key: OTHER_KEY, text: 'other' });
      await write(store, KEY, 'own');
      await write(store, OTHER_KEY, 'newer');
      expect(await newest(store, KEY, OTHER_KEY)).toEqual({ key: KEY, text: 'own' });
    });

    it('are not found by the start of a key', async () => {
      const store = (await make()).open();
      await write(store, `${KEY}1`, 'longer');
      expect(await newest(store, KEY)).toBeUndefined();
    });

    it('are refused when they are larger than allowed', async () => {
      const store = (await make()).open();
      await write(store, KEY, 'x'.repeat(100_000));
      await expect(store.readIndex([KEY], 10_000, SIGNAL)).rejects.toBeInstanceOf(BuildpacksError);
    });

    it('are whole when many write at once', async () => {
      const subject = await make();
      const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000));
      const watcher = subject.open();
      const seen: (string | undefined)[] = [];
      await Promise.all(
        texts.map(async (text) => {
          await write(subject.open(), KEY, text);
          seen.push((await newest(watcher, KEY))?.text);
        }),
      );
      expect(seen.every((text) => text !== undefined && texts.includes(text))).toBe(true);
    });
  });

  describe(`${name}: packs`, () => {
    it('are not there at first', async () => {
      expect(await read((await make()).open(), digestOf(Buffer.from('none')))).toBeUndefined();
    });

    it.each([
      ['the whole', 0, 3_000_000],
      ['the beginning', 0, 1],
      ['the middle', 1_048_570, 2_097_160],
      ['the end', 2_999_999, 3_000_000],
      ['less than was asked for', 2_999_990, 9_999_999],
      ['nothing behind the end', 3_000_000, 3_000_001],
    ])('give ranges: %s', async (_, start, end) => {
      const subject = await make();
      const pack = await packFile(1, 3_000_000);
      const bytes = await readFile(pack.file);
      await subject.open().writePack(pack, SIGNAL);
      expect((await read(subject.open(), pack.digest, start, end))?.equals(bytes.subarray(start, end))).toBe(true);
    });

    it('do not need their file any more', async () => {
      const store = (await make()).open();
      const pack = await packFile(2);
      await store.writePack(pack, SIGNAL);
      await rm(pack.file);
      expect((await read(store, pack.digest))?.length).toBe(pack.size);
    });

    it('may be written twice, and by several at once', async () => {
      const subject = await make();
      const pack = await packFile(3);
      await Promise.all([1, 2, 3].map(() => subject.open().writePack(pack, SIGNAL)));
      await subject.open().writePack(pack, SIGNAL);
      expect((await read(subject.open(), pack.digest))?.length).toBe(pack.size);
    });

    it('are not written from a file that is gone', async () => {
      const store = (await make()).open();
      const pack = await packFile(4);
      await rm(pack.file);
      await expect(store.writePack(pack, SIGNAL)).rejects.toBeInstanceOf(BuildpacksError);
      expect(await read(store, pack.digest)).toBeUndefined();
    });

    it('may be evicted under an index', async () => {
      const subject = await make();
      const store = subject.open();
      const pack = await packFile(5);
      await store.writePack(pack, SIGNAL);
      await write(store, KEY, 'index', [pack.digest]);
      await subject.evict(pack.digest);
      expect(await read(store, pack.digest)).toBeUndefined();
      expect((await newest(store, KEY))?.text).toBe('index');
      await store.writePack(pack, SIGNAL);
      expect((await read(store, pack.digest))?.length).toBe(pack.size);
    });

    it('stay while the newest index of some key names them', async () => {
      const store = (await make()).open();
      const [shared, own] = [await packFile(6), await packFile(7)];
      for (const pack of [shared, own]) await store.writePack(pack, SIGNAL);
      await write(store, OTHER_KEY, 'other', [shared.digest]);
      await write(store, KEY, 'one', [shared.digest, own.digest]);
      await write(store, KEY, 'two', [own.digest]);
      if (lists) await store.remove(KEY, SIGNAL);
      expect((await read(store, shared.digest))?.length).toBe(shared.size);
    });
  });

  if (lists) describeLists(name, make);
  else describeWithoutLists(name, make);

  describe(`${name}: without the right to write`, () => {
    it('everything can be read', async () => {
      const subject = await make();
      const pack = await packFile(8);
      await subject.open().writePack(pack, SIGNAL);
      await write(subject.open(), KEY, 'index', [pack.digest]);
      const reader = subject.openReadOnly();
      expect((await newest(reader, KEY))?.text).toBe('index');
      expect((await read(reader, pack.digest))?.length).toBe(pack.size);
      if (lists) expect((await reader.list(SIGNAL)).length).toBe(1);
    });

    it('nothing changes', async () => {
      const subject = await make();
      await write(subject.open(), KEY, 'index');
      const reader = subject.openReadOnly();
      const pack = await packFile(9);
      await expect(write(reader, KEY, 'new')).rejects.toBeInstanceOf(BuildpacksError);
      await expect(reader.writePack(pack, SIGNAL)).rejects.toBeInstanceOf(BuildpacksError);
      await expect(reader.remove(KEY, SIGNAL)).rejects.toBeInstanceOf(BuildpacksError);
      expect((await newest(subject.open(), KEY))?.text).toBe('index');
      expect(await read(subject.open(), pack.digest)).toBeUndefined();
    });
  });

  describe(`${name}: an abort`, () => {
    it('ends every operation with its reason', async () => {
      const store = (await make()).open();
      const pack = await packFile(10);
      const signal = AbortSignal.abort(new Error('enough'));
      const works = [
        store.readIndex([KEY], MAX, signal),
        store.writeIndex(KEY, { object: Buffer.from('x'), packs: [] }, signal),
        store.readPack(pack.digest, { start: 0, end: 1 }, signal),
        store.writePack(pack, signal),
        store.list(signal),
        store.remove(KEY, signal),
      ];
      const reasons = (await Promise.allSettled(works)).map(
        (work) => work.status === 'rejected' && String(work.reason),
      );
      expect(reasons).toEqual(works.map(() => 'Error: enough'));
    });

    it('ends the reading of a pack', async () => {
      const store = (await make()).open();
      const pack = await packFile(11, 5_000_000);
      await store.writePack(pack, SIGNAL);
      const abort = new AbortController();
      const pieces = await store.readPack(pack.digest, { start: 0, end: pack.size }, abort.signal);
      abort.abort();
      await expect(gather(pieces)).rejects.toThrow('abort');
    });
  });

  describe(`${name}: a kill at any step`, () => {
    it('leaves the old or the new index, and its packs', async () => {
      const subject = await make();
      const [first, second] = [await packFile(12), await packFile(13)];
      await subject.open().writePack(first, SIGNAL);
      await write(subject.open(), KEY, 'old', [first.digest]);
      for (let step = 0; ; step++) {
        const { store, death } = subject.openDying(step);
        const save = store.writePack(second, SIGNAL).then(() => write(store, KEY, 'new', [second.digest]));
        const ended = await Promise.race([save.then(() => true), death.then(() => false)]);
        const text = (await newest(subject.open(), KEY))?.text;
        expect(['old', 'new']).toContain(text);
        const pack = text === 'old' ? first : second;
        expect((await read(subject.open(), pack.digest))?.length).toBe(pack.size);
        if (ended) return;
      }
    });
  });
}

function describeLists(name: string, make: () => Promise<StoreSubject>): void {
  describe(`${name}: a list`, () => {
    it('has each key once, with its index and what it takes', async () => {
      const store = (await make()).open();
      await write(store, KEY, 'old');
      await write(store, KEY, 'new');
      await write(store, OTHER_KEY, 'other');
      const entries = await store.list(SIGNAL);
      const texts = entries.map(async (entry) => [
        entry.key,
        Buffer.from((await entry.object(MAX, SIGNAL)) ?? []).toString(),
      ]);
      expect(Object.fromEntries(await Promise.all(texts))).toEqual({ [KEY]: 'new', [OTHER_KEY]: 'other' });
      expect(entries.every(({ bytes }) => bytes > 0)).toBe(true);
    });

    it('has not what was removed', async () => {
      const store = (await make()).open();
      await write(store, KEY, 'one');
      await write(store, OTHER_KEY, 'other');
      await store.remove(KEY, SIGNAL);
      await store.remove('c'.repeat(32), SIGNAL);
      expect((await store.list(SIGNAL)).map(({ key }) => key)).toEqual([OTHER_KEY]);
      expect(await newest(store, KEY)).toBeUndefined();
    });
  });
}

function describeWithoutLists(name: string, make: () => Promise<StoreSubject>): void {
  describe(`${name}: without lists it`, () => {
    it('says where to look instead', async () => {
      const store = (await make()).open();
      await expect(store.list(SIGNAL)).rejects.toHaveProperty('hint', expect.any(String));
      await expect(store.remove(KEY, SIGNAL)).rejects.toHaveProperty('hint', expect.any(String));
    });
  });
}
