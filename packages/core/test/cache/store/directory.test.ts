import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDirectoryStore } from '../../../src/cache/store/directory.ts';
import { digestOf, hexOf } from '../../../src/reference/index.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { StoppedClock } from '../support/clock.ts';
import { dyingDirectoryStore } from '../support/dying-store.ts';
import { describeCacheStore } from '../support/store-contract.ts';

const SIGNAL = new AbortController().signal;
const KEY = 'a'.repeat(32);
const HOUR = 3_600_000;

const readOnly = () =>
  Promise.reject(Object.assign(new Error('EROFS'), { code: 'EROFS', syscall: 'open', path: '/store' }));

describeCacheStore('a directory store', async () => {
  const directory = path.join(await temporaryDirectory(), 'store');
  const clock = new StoppedClock();
  return {
    open: () => createDirectoryStore(directory, { clock }),
    openReadOnly: () => createDirectoryStore(directory, { clock, beforeStep: readOnly }),
    openDying: (step) => dyingDirectoryStore(directory, step, clock),
    evict: (digest) => rm(path.join(directory, 'packs', hexOf(digest))),
  };
});

async function setup() {
  const root = await temporaryDirectory();
  const directory = path.join(root, 'store');
  const clock = new StoppedClock();
  const store = createDirectoryStore(directory, { clock });
  const add = async (text: string) => {
    const file = path.join(root, 'pack');
    await writeFile(file, text);
    const digest = digestOf(Buffer.from(text));
    await store.writePack({ digest, size: text.length, file }, SIGNAL);
    return digest;
  };
  const write = (key: string, packs: Parameters<typeof store.writeIndex>[1]['packs']) =>
    store.writeIndex(key, { object: Buffer.from('x'), packs }, SIGNAL);
  return { root, directory, clock, store, add, write, packs: () => readdir(path.join(directory, 'packs')) };
}

describe('what a directory store deletes', () => {
  it('is a pack that nothing has named for an hour', async () => {
    const { clock, add, write, packs } = await setup();
    const [old, kept] = [await add('old'), await add('kept')];
    await write(KEY, [old, kept]);
    clock.time += 100 * HOUR;
    await write(KEY, [kept]);
    expect((await packs()).length).toBe(2);
    clock.time += HOUR + 1;
    await write(KEY, [kept]);
    expect(await packs()).toEqual([hexOf(kept)]);
  });

  it('is what a killed build left', async () => {
    const { directory, clock, write } = await setup();
    const { store, death } = dyingDirectoryStore(directory, 2, clock);
    void store.writeIndex(KEY, { object: Buffer.from('x'), packs: [] }, SIGNAL);
    await death;
    const incoming = () => readdir(path.join(directory, 'incoming'));
    expect(await incoming()).toHaveLength(1);
    clock.time = new Date().getTime() + 2 * HOUR;
    await write(KEY, []);
    expect(await incoming()).toEqual([]);
  });

  it('is what it could not finish', async () => {
    const { root, directory, store } = await setup();
    const abort = new AbortController();
    const aborting = createDirectoryStore(directory, {
      clock: new StoppedClock(),
      beforeStep: async () => {
        const made = await readdir(path.join(directory, 'incoming'));
        if (made.length > 0) abort.abort(new Error('enough'));
      },
    });
    const file = path.join(root, 'pack');
    await writeFile(file, 'pack');
    const pack = { digest: digestOf(Buffer.from('pack')), size: 4, file };
    await expect(aborting.writePack(pack, abort.signal)).rejects.toThrow('enough');
    expect(await readdir(path.join(directory, 'incoming'))).toEqual([]);
    expect(await store.readPack(pack.digest, { start: 0, end: 4 }, SIGNAL)).toBeUndefined();
  });

  it('is nothing that it does not know', async () => {
    const { directory, clock, add, write } = await setup();
    await add('pack');
    for (const file of ['README', 'packs/notes.txt']) await writeFile(path.join(directory, file), 'mine');
    clock.time = new Date().getTime() + 100 * HOUR;
    await write(KEY, []);
    expect(await readFile(path.join(directory, 'README'), 'utf8')).toBe('mine');
    expect(await readdir(path.join(directory, 'packs'))).toEqual(['notes.txt']);
  });
});

describe('links in a directory store', () => {
  it('are not followed to read', async () => {
    const { root, directory, store, add, write } = await setup();
    const pack = await add('pack');
    await write(KEY, []);
    const secret = path.join(root, 'secret');
    await writeFile(secret, '[]\nsecret');
    for (const file of [`indexes/${KEY}`, `packs/${hexOf(pack)}`]) {
      await rm(path.join(directory, file));
      await symlink(secret, path.join(directory, file));
    }
    await expect(store.readIndex([KEY], 1000, SIGNAL)).rejects.toThrow('not a regular file');
    await expect(store.readPack(pack, { start: 0, end: 10 }, SIGNAL)).rejects.toThrow('not a regular file');
  });

  it('are not followed to write', async () => {
    const { root, directory, add } = await setup();
    await mkdir(directory);
    await mkdir(path.join(root, 'elsewhere'));
    await symlink(path.join(root, 'elsewhere'), path.join(directory, 'packs'));
    await expect(add('pack')).rejects.toThrow('is a link');
    expect(await readdir(path.join(root, 'elsewhere'))).toEqual([]);
  });
});

describe('the key of an index', () => {
  it.each(['', '.', '..', '../x', 'a/b', '-a', 'A'.repeat(3), 'a'.repeat(101)])('is not %j', async (key) => {
    const { store } = await setup();
    await expect(store.writeIndex(key, { object: Buffer.from('x'), packs: [] }, SIGNAL)).rejects.toThrow('is no key');
  });
});

describe('the folders of a directory store', () => {
  it.each([
    ['may be written to by the group of a volume that is shared by setgid', 0o2777, 0o2775],
    ['are for their owner in a directory that belongs to one user', 0o755, 0o755],
  ])('%s', async (_case, root, wanted) => {
    const { directory, add, write } = await setup();
    await mkdir(directory);
    await chmod(directory, root);
    await write(KEY, [await add('pack')]);
    const modes = await Promise.all(
      ['indexes', 'packs', 'incoming'].map(async (name) => (await stat(path.join(directory, name))).mode & 0o7777),
    );
    expect(modes).toEqual([wanted, wanted, wanted]);
  });
});
