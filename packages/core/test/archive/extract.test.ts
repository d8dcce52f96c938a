import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  directoryItem,
  extractTar,
  type ExtractOptions,
  fileItem,
  hardlinkItem,
  symlinkItem,
  type TarItem,
} from '../../src/archive/index.ts';
import { BuildpacksError } from '../../src/errors/index.ts';
import { listing, rawTar, stream, tarOf, temporaryDirectory } from './support.ts';

/** A root to unpack into, beside files that must stay as they are. */
function rootWithCanaries() {
  const outer = temporaryDirectory();
  const root = path.join(outer, 'root');
  mkdirSync(root);
  mkdirSync(path.join(outer, 'outside/dir'), { recursive: true });
  writeFileSync(path.join(outer, 'outside/canary'), 'untouched', { mode: 0o644 });
  writeFileSync(path.join(outer, 'canary'), 'untouched', { mode: 0o644 });
  const outside = () => [...listing(outer).filter((line) => !line.startsWith('root')), ...timesOf(outer)];
  return { outer, root, outside };
}

function timesOf(outer: string): readonly string[] {
  return ['.', 'outside', 'outside/dir', 'outside/canary', 'canary'].map((name) => {
    const { uid, gid, mtimeMs, ctimeMs, nlink } = statSync(path.join(outer, name));
    return `${name} ${uid}:${gid} ${mtimeMs} ${ctimeMs} ${nlink}`;
  });
}

async function extract(items: Iterable<TarItem>, root: string, options: Partial<ExtractOptions> = {}): Promise<void> {
  await extractTar(stream(await tarOf(items)), root, { owners: false, ...options });
}

describe('extractTar', () => {
  it('puts files, directories and links on disk with their modes and times', async () => {
    const root = temporaryDirectory();
    await extract(
      [
        directoryItem('dir', { mode: 0o750, mtime: 1000 }),
        fileItem('dir/file', 'content', { mode: 0o640, mtime: 2000 }),
        fileItem('deep/er/file', 'other', { mode: 0o755 }),
        symlinkItem('link', '/nowhere'),
        hardlinkItem('hard', 'dir/file'),
        fileItem('empty', ''),
      ],
      root,
    );

    expect(listing(root)).toEqual([
      'deep/ 755',
      'deep/er/ 755',
      'deep/er/file 755 other',
      'dir/ 750',
      'dir/file 640 content',
      'empty 644 ',
      'hard 640 content',
      'link -> /nowhere',
    ]);
    expect(statSync(path.join(root, 'hard')).ino).toBe(statSync(path.join(root, 'dir/file')).ino);
    expect(['dir', 'dir/file'].map((name) => statSync(path.join(root, name)).mtimeMs)).toEqual([1_000_000, 2_000_000]);
  });

  it('writes into directories whose mode forbids it', async () => {
    const root = temporaryDirectory();
    await extract([directoryItem('dir', { mode: 0o555 }), fileItem('dir/file', 'content')], root);

    expect(listing(root)).toEqual(['dir/ 555', 'dir/file 644 content']);
  });

  it.each([
    ['drops', {}, '755'],
    ['keeps, when asked,', { setIds: true }, '6755'],
  ])('%s set-id bits', async (_case, options, mode) => {
    const root = temporaryDirectory();
    await extract([fileItem('file', '', { mode: 0o6755 })], root, options);

    expect(listing(root)).toEqual([`file ${mode} `]);
  });

  it('leaves out devices and pipes', async () => {
    const root = temporaryDirectory();
    const tar = rawTar({ name: 'char', type: '3' }, { name: 'block', type: '4' }, { name: 'pipe', type: '6' }, {});
    await extractTar(stream(tar), root, { owners: false });

    expect(listing(root)).toEqual(['file 644 ']);
  });

  it.each<[string, readonly TarItem[], readonly string[]]>([
    ['a file by a file', [fileItem('a', '1'), fileItem('a', '2')], ['a 644 2']],
    ['a file by a directory', [fileItem('a', '1'), directoryItem('a')], ['a/ 755']],
    ['a full directory by a file', [fileItem('a/b/c', '1'), fileItem('a', '2')], ['a 644 2']],
    ['a link by a file', [symlinkItem('a', 'b'), fileItem('a', '2')], ['a 644 2']],
    ['a link by a directory', [symlinkItem('a', 'b'), directoryItem('a')], ['a/ 755']],
    [
      'a directory by a link',
      [fileItem('a/b', '1'), symlinkItem('a', 'c'), fileItem('a/d', '2')],
      ['a -> c', 'c/ 755', 'c/d 644 2'],
    ],
    [
      'a directory by itself',
      [directoryItem('a'), fileItem('a/b', '1'), directoryItem('a', { mode: 0o700 })],
      ['a/ 700', 'a/b 644 1'],
    ],
    [
      'a hard link without touching the other name',
      [fileItem('a', '1'), hardlinkItem('b', 'a'), fileItem('b', '2')],
      ['a 644 1', 'b 644 2'],
    ],
    ['a hard link by its own name', [fileItem('a', '1'), hardlinkItem('a', 'a')], ['a 644 1']],
    [
      'a name in another case by nothing',
      [fileItem('A/b', '1'), fileItem('a/b', '2')],
      ['A/ 755', 'A/b 644 1', 'a/ 755', 'a/b 644 2'],
    ],
  ])('replaces %s', async (_case, items, expected) => {
    const root = temporaryDirectory();
    await extract(items, root);

    expect(listing(root)).toEqual(expected);
  });

  describe('with links among the folders of a name', () => {
    it.each<[string, readonly TarItem[], readonly string[]]>([
      [
        'relative',
        [directoryItem('usr/bin'), symlinkItem('bin', 'usr/bin')],
        ['bin -> usr/bin', 'usr/ 755', 'usr/bin/ 755'],
      ],
      [
        'absolute',
        [directoryItem('usr/bin'), symlinkItem('bin', '/usr/bin')],
        ['bin -> /usr/bin', 'usr/ 755', 'usr/bin/ 755'],
      ],
      [
        'to a folder that is not there',
        [symlinkItem('bin', '/usr/bin')],
        ['bin -> /usr/bin', 'usr/ 755', 'usr/bin/ 755'],
      ],
      [
        'far above the root',
        [directoryItem('usr/bin'), symlinkItem('bin', '../../../../usr/bin')],
        ['bin -> ../../../../usr/bin', 'usr/ 755', 'usr/bin/ 755'],
      ],
      [
        'absolute and in a folder',
        [directoryItem('usr/bin'), symlinkItem('a/l', '/usr/bin'), symlinkItem('bin', 'a/l')],
        ['a/ 755', 'a/l -> /usr/bin', 'bin -> a/l', 'usr/ 755', 'usr/bin/ 755'],
      ],
      [
        'to another link',
        [symlinkItem('bin', 'a/b'), symlinkItem('a', '/usr'), symlinkItem('usr/b', 'bin')],
        ['a -> /usr', 'bin -> a/b', 'usr/ 755', 'usr/b -> bin', 'usr/bin/ 755'],
      ],
    ])('follows one that is %s inside the root', async (_case, items, expected) => {
      const { root, outside } = rootWithCanaries();
      const before = outside();
      await extract([...items, fileItem('bin/x', 'content')], root);

      expect(listing(root)).toEqual([...expected, 'usr/bin/x 644 content'].sort());
      expect(outside()).toEqual(before);
    });

    it('goes by what is there now, not by what was there before', async () => {
      const root = temporaryDirectory();
      await extract(
        [
          symlinkItem('l', 'a'),
          fileItem('l/one', '1'),
          symlinkItem('l', 'b'),
          fileItem('l/two', '2'),
          directoryItem('l'),
          fileItem('l/three', '3'),
        ],
        root,
      );

      expect(listing(root)).toEqual(['a/ 755', 'a/one 644 1', 'b/ 755', 'b/two 644 2', 'l/ 755', 'l/three 644 3']);
    });

    it('refuses links in circles', async () => {
      const items = [symlinkItem('a', 'b'), symlinkItem('b', 'a'), fileItem('a/x', '')];

      await expect(extract(items, temporaryDirectory())).rejects.toMatchObject({ code: 'image' });
    });

    it('refuses a file as a folder', async () => {
      const items = [fileItem('a', ''), fileItem('a/x', '')];

      await expect(extract(items, temporaryDirectory())).rejects.toThrow('"a" is a file and no folder');
    });
  });

  describe('against an archive that wants out', () => {
    const makers: Readonly<Record<string, (name: string) => TarItem>> = {
      file: (name) => fileItem(name, 'evil', { mode: 0o777 }),
      directory: (name) => directoryItem(name, { mode: 0o777 }),
      symlink: (name) => symlinkItem(name, 'evil'),
      hardlink: (name) => hardlinkItem(name, 'own'),
    };
    const kinds = Object.entries(makers);

    it.each(kinds)('refuses a %s with .. in its name', async (_kind, make) => {
      const { root, outside } = rootWithCanaries();
      const before = outside();
      for (const name of ['../canary', 'a/../../canary', '/../canary', '..', './..', 'own/..']) {
        await expect(extract([fileItem('own', ''), make(name)], root)).rejects.toMatchObject({ code: 'image' });
      }
      expect(outside()).toEqual(before);
    });

    it.each(kinds)('puts a %s with an absolute name inside', async (_kind, make) => {
      const { outer, root, outside } = rootWithCanaries();
      const before = outside();
      await extract([fileItem('own', ''), make(path.join(outer, 'canary'))], root);

      expect(listing(root).some((line) => line.startsWith(path.join(outer, 'canary').slice(1)))).toBe(true);
      expect(outside()).toEqual(before);
    });

    it.each(
      kinds.flatMap(([kind, make]) =>
        ['outside', '../outside', 'x/../../outside', './../outside'].map((target) => [kind, target, make] as const),
      ),
    )('keeps a %s that goes through a link to %s inside', async (_kind, target, make) => {
      const { outer, root, outside } = rootWithCanaries();
      const before = outside();
      const link = target === 'outside' ? path.join(outer, 'outside') : target;
      await extract(
        [fileItem('own', ''), directoryItem('x'), symlinkItem('link', link), make('link/dir/canary')],
        root,
      );

      expect(outside()).toEqual(before);
    });

    it.each(kinds)('replaces a link of the same name by a %s, and writes nothing through it', async (_kind, make) => {
      const { root, outside } = rootWithCanaries();
      const before = outside();
      await extract([fileItem('own', ''), symlinkItem('canary', '../canary'), make('canary')], root);

      expect(outside()).toEqual(before);
      expect(listing(root)).not.toContain('canary -> ../canary');
    });

    it.each([
      ['..', '../canary'],
      ['a link', 'link/canary'],
      ['an absolute path', '/canary'],
    ])('refuses a hard link that names a file outside by %s', async (_case, target) => {
      const { root, outside } = rootWithCanaries();
      const before = outside();
      const items = [symlinkItem('link', '..'), hardlinkItem('hard', target), fileItem('hard', 'evil')];

      await expect(extract(items, root)).rejects.toMatchObject({ code: 'image' });
      expect(outside()).toEqual(before);
    });

    it('makes of a hard link to a link another link, and writes nothing through either', async () => {
      const { root, outside } = rootWithCanaries();
      const before = outside();
      await extract([symlinkItem('link', '../canary'), hardlinkItem('hard', 'link'), fileItem('hard', 'evil')], root);

      expect(listing(root)).toEqual(['hard 644 evil', 'link -> ../canary']);
      expect(outside()).toEqual(before);
    });

    it('refuses a hard link to a directory', async () => {
      await expect(extract([directoryItem('d'), hardlinkItem('h', 'd')], temporaryDirectory())).rejects.toThrow(
        'no file',
      );
    });

    it('replaces a link that was in the directory before', async () => {
      const { outer, root, outside } = rootWithCanaries();
      symlinkSync(path.join(outer, 'canary'), path.join(root, 'file'));
      symlinkSync(path.join(outer, 'outside'), path.join(root, 'dir'));
      const before = outside();
      await extract(
        [fileItem('file', 'evil'), directoryItem('dir', { mode: 0o700 }), fileItem('dir/canary', 'evil')],
        root,
      );

      expect(listing(root)).toEqual(['dir/ 700', 'dir/canary 644 evil', 'file 644 evil']);
      expect(outside()).toEqual(before);
    });

    it('sets no mode or time of a directory that has become a link', async () => {
      const { root, outside } = rootWithCanaries();
      const before = outside();
      await extract([directoryItem('a/dir', { mode: 0o700, mtime: 9 }), symlinkItem('a', '../outside')], root);

      expect(outside()).toEqual(before);
    });

    it('changes nothing outside, whatever the entries', async () => {
      const part = fc.constantFrom('a', 'b', 'c', 'A', 'canary', 'outside', 'dir', '.');
      const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
      const target = fc
        .array(fc.oneof(part, fc.constant('..')), { minLength: 1, maxLength: 5 })
        .chain((parts) => fc.constantFrom(parts.join('/'), `/${parts.join('/')}`));
      const item = fc.oneof(
        name.map((at) => fileItem(at, 'evil', { mode: 0o777 })),
        name.map((at) => directoryItem(at, { mode: 0o777, mtime: 1 })),
        fc.tuple(name, target).map((args) => symlinkItem(...args)),
        fc.tuple(name, target).map((args) => hardlinkItem(...args)),
      );
      const { root, outside } = rootWithCanaries();
      const before = outside();
      await fc.assert(
        fc.asyncProperty(fc.array(item, { minLength: 2, maxLength: 12 }), async (items) => {
          await extract(items, root).catch((error: unknown) => {
            expect(error).toBeInstanceOf(BuildpacksError);
          });
          expect(outside()).toEqual(before);
        }),
        { numRuns: 400 },
      );
    });
  });

  it.each<[string, readonly TarItem[], string]>([
    ['too many entries', ['a', 'b', 'c', 'd'].map((name) => fileItem(name, '')), 'more than 3 entries'],
    ['too many bytes', [fileItem('a', 'x'.repeat(600)), fileItem('b', 'x'.repeat(600))], 'more than 1000 bytes'],
    ['a component that is too long', [fileItem('ü'.repeat(128), '')], '255 bytes'],
    ['a name that is too long', [fileItem(`${'a/'.repeat(2100)}b`, '')], '4096 bytes'],
    ['a file as the root', [fileItem('.', '')], 'root'],
  ])('refuses %s', async (_case, items, why) => {
    const limits = { entries: 3, bytes: 1000 };

    await expect(extract(items, temporaryDirectory(), { limits })).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining(why) as string,
    });
  });

  it('leaves alone what it is told to skip', async () => {
    const root = temporaryDirectory();
    mkdirSync(path.join(root, 'proc'));
    writeFileSync(path.join(root, 'proc/self'), 'ours');
    const items = [fileItem('proc/self', 'theirs'), fileItem('proc/other', 'theirs'), fileItem('file', 'theirs')];
    await extract(items, root, { kept: ['proc'] });

    expect(listing(root).filter((line) => !line.startsWith('proc/ '))).toEqual([
      'file 644 theirs',
      'proc/self 644 ours',
    ]);
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));

    await expect(extract([fileItem('a', '')], temporaryDirectory(), { signal: controller.signal })).rejects.toThrow(
      'enough',
    );
  });

  it('says which entry the disk refused', async () => {
    const root = path.join(temporaryDirectory(), 'missing');

    await expect(extract([fileItem('entry', '')], root)).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('"entry" can\'t be unpacked') as string,
    });
  });

  it('writes large content whole', async () => {
    const root = temporaryDirectory();
    const content = Buffer.alloc(3_000_000, 'abcdefg');
    await extract([fileItem('large', content)], root);

    expect(readFileSync(path.join(root, 'large')).equals(content)).toBe(true);
  });
});
