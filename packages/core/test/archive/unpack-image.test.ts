import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  type Compression,
  directoryItem,
  fileItem,
  hardlinkItem,
  symlinkItem,
  type TarItem,
  unpackImage,
  type UnpackOptions,
} from '../../src/archive/index.ts';
import type { Image } from '../../src/image/source.ts';
import { SILENT_LOG } from '../../src/ports/index.ts';
import { digestOf } from '../../src/reference/index.ts';
import { imageOf, imageWith } from './image.ts';
import { listing, tarOf, temporaryDirectory } from './support.ts';

function unpack(image: Image, root: string, options: Partial<UnpackOptions> = {}): Promise<void> {
  const signal = new AbortController().signal;
  return unpackImage(image, root, { log: SILENT_LOG, owners: false, signal, ...options });
}

async function treeOf(...layers: readonly (readonly TarItem[])[]): Promise<readonly string[]> {
  const root = temporaryDirectory();
  await unpack(await imageWith(...layers), root);
  return listing(root);
}

const whiteout = (name: string) => fileItem(name, '');

describe('unpackImage', () => {
  it('applies layers in order, more of them than are fetched at once', async () => {
    const layers = Array.from({ length: 12 }, (_, index) => [
      fileItem('same', `${index}`),
      fileItem(`own${index}`, ''),
    ]);

    expect(await treeOf(...layers)).toContain('same 644 11');
  });

  it.each<Compression>(['none', 'gzip', 'zstd'])('reads layers with compression %s', async (compression) => {
    const root = temporaryDirectory();
    await unpack(imageOf([{ tar: await tarOf([fileItem('file', 'content')]), compression }]), root);

    expect(listing(root)).toEqual(['file 644 content']);
  });

  it('writes through a folder that is a link of a lower layer', async () => {
    expect(await treeOf([directoryItem('usr/bin'), symlinkItem('bin', 'usr/bin')], [fileItem('bin/sh', '')])).toEqual([
      'bin -> usr/bin',
      'usr/ 755',
      'usr/bin/ 755',
      'usr/bin/sh 644 ',
    ]);
  });

  it('links to a file of a lower layer', async () => {
    expect(await treeOf([fileItem('a', '1')], [hardlinkItem('b', 'a')])).toEqual(['a 644 1', 'b 644 1']);
  });

  it('sets the modes of folders after the last layer', async () => {
    const lower = [directoryItem('dir', { mode: 0o555 }), fileItem('dir/a', '')];

    expect(await treeOf(lower, [fileItem('dir/b', '')])).toEqual(['dir/ 555', 'dir/a 644 ', 'dir/b 644 ']);
  });

  describe('with whiteouts', () => {
    const lower = [fileItem('d/a', '1'), fileItem('d/b', '1'), fileItem('d/e/f', '1'), symlinkItem('l', 'd')];
    const all = ['d/ 755', 'd/a 644 1', 'd/b 644 1', 'd/e/ 755', 'd/e/f 644 1', 'l -> d'];
    const without = (...gone: readonly string[]) => all.filter((line) => !gone.some((name) => line.startsWith(name)));

    it.each<[string, readonly TarItem[], readonly string[]]>([
      ['a file', [whiteout('d/.wh.a')], without('d/a')],
      ['a folder with all in it', [whiteout('d/.wh.e')], without('d/e')],
      ['a link and not its target', [whiteout('.wh.l')], without('l')],
      ['what is behind a link', [whiteout('l/.wh.a')], without('d/a')],
      ['the contents of a folder', [directoryItem('d'), whiteout('d/.wh..wh..opq')], ['d/ 755', 'l -> d']],
      ['all there is', [whiteout('.wh..wh..opq')], []],
      [
        'nothing, for a name that is not there',
        [whiteout('d/.wh.x'), whiteout('x/y/.wh.z'), whiteout('x/.wh..wh..opq')],
        all,
      ],
      [
        'the lower file and not the one of its own layer',
        [fileItem('d/a', '2'), whiteout('d/.wh.a')],
        ['d/ 755', 'd/a 644 2', ...all.slice(2)],
      ],
      [
        'the lower file before the one of its own layer',
        [whiteout('d/.wh.a'), fileItem('d/a', '2')],
        ['d/ 755', 'd/a 644 2', ...all.slice(2)],
      ],
      [
        'lower contents and not those of its own layer',
        [fileItem('d/n', '2'), whiteout('d/.wh..wh..opq'), fileItem('d/e/n', '2')],
        ['d/ 755', 'd/e/ 755', 'd/e/n 644 2', 'd/n 644 2', 'l -> d'],
      ],
      [
        'a folder but what its own layer brings into it',
        [fileItem('d/e/n', '2'), whiteout('d/.wh.e')],
        ['d/ 755', 'd/a 644 1', 'd/b 644 1', 'd/e/ 755', 'd/e/n 644 2', 'l -> d'],
      ],
      [
        'nothing, for the book-keeping of aufs',
        [directoryItem('.wh..wh.plnk'), whiteout('.wh..wh.plnk/1.2'), whiteout('.wh..wh.aufs')],
        all,
      ],
    ])('takes away %s', async (_case, upper, expected) => {
      expect(await treeOf(lower, upper)).toEqual(expected);
    });

    it('leaves no whiteout of the lowest layer behind', async () => {
      expect(await treeOf([whiteout('.wh.a'), whiteout('d/.wh..wh..opq'), fileItem('a', '1')])).toEqual(['a 644 1']);
    });

    it.each(['.wh.', '.wh..', '.wh...', 'd/.wh...', '.wh.x/file'])('refuses %s', async (name) => {
      await expect(treeOf(lower, [whiteout(name)])).rejects.toMatchObject({ code: 'image' });
    });

    it.each(['../.wh.canary', 'link/.wh.canary', 'link/.wh..wh..opq', '/../.wh.canary'])(
      'takes away nothing outside with %s',
      async (name) => {
        const outer = temporaryDirectory();
        const root = path.join(outer, 'root');
        mkdirSync(root);
        writeFileSync(path.join(outer, 'canary'), 'untouched', { mode: 0o644 });
        const image = await imageWith([symlinkItem('link', '..')], [whiteout(name)]);
        await unpack(image, root).catch(() => undefined);

        expect(listing(outer)).toContain('canary 644 untouched');
      },
    );
  });

  it('refuses a layer that is not the one of the configuration', async () => {
    const tar = await tarOf([fileItem('file', '')]);
    const image = imageOf([{ tar, diffId: digestOf(Buffer.from('another')) }]);

    await expect(unpack(image, temporaryDirectory())).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining('configuration says') as string,
    });
  });

  it.each<Compression>(['gzip', 'zstd'])('refuses a %s layer that is damaged', async (compression) => {
    const image = imageOf([{ tar: Buffer.alloc(20_000, 'content'), compression }]);
    const open: Image['source']['open'] = async (descriptor) =>
      Readable.from([
        Buffer.from(
          await (await image.source.open(descriptor)).toArray().then((parts) => Buffer.concat(parts)),
        ).subarray(0, 12),
      ]);

    await expect(unpack({ ...image, source: { ...image.source, open } }, temporaryDirectory())).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining('compressed data') as string,
    });
  });

  it('refuses a layer that grows beyond the limit, without writing it', async () => {
    const root = temporaryDirectory();
    const image = await imageWith([fileItem('zeros', Buffer.alloc(5_000_000))]);

    await expect(unpack(image, root, { limits: { entries: 10, bytes: 1_000_000 } })).rejects.toMatchObject({
      code: 'image',
    });
    expect(listing(root)).toEqual([]);
  });

  it('fetches and unpacks no layer that it is told to leave out', async () => {
    const image = await imageWith([fileItem('a', '1')], [fileItem('b', '1')], [fileItem('a', '2')]);
    const [, unused] = image.config.diffIds;
    const opened: string[] = [];
    const open: Image['source']['open'] = (descriptor) => {
      opened.push(descriptor.digest);
      return image.source.open(descriptor);
    };
    const root = temporaryDirectory();
    await unpack({ ...image, source: { ...image.source, open } }, root, { unusedLayers: new Set(unused && [unused]) });

    expect(listing(root)).toEqual(['a 644 2']);
    expect(opened).toEqual([0, 2].map((index) => image.manifest.layers[index]?.digest));
  });

  it('leaves the bytes of an uncompressed layer to who has them', async () => {
    const image = imageOf([{ tar: await tarOf([fileItem('a', 'x'.repeat(100_000))]), compression: 'none' }]);
    await unpack(image, temporaryDirectory());
    const root = temporaryDirectory();
    await unpack(image, root);

    expect(listing(root)).toHaveLength(1);
  });

  it('gives the failure of a later layer, and no other noise', async () => {
    const image = await imageWith([fileItem('a', '')], [fileItem('b', '')], [fileItem('c', '')]);
    const open: Image['source']['open'] = (descriptor) =>
      descriptor.digest === image.manifest.layers[2]?.digest
        ? Promise.reject(new Error('layer 2 is gone'))
        : image.source.open(descriptor);

    await expect(unpack({ ...image, source: { ...image.source, open } }, temporaryDirectory())).rejects.toThrow(
      'layer 2 is gone',
    );
  });

  it('stops waiting for a layer when it is aborted', async () => {
    const controller = new AbortController();
    const image = await imageWith([fileItem('a', '')]);
    const silent = new Readable({
      read() {
        controller.abort(new Error('enough'));
      },
    });
    const source = { ...image.source, open: () => Promise.resolve(silent) };

    await expect(unpack({ ...image, source }, temporaryDirectory(), { signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    await expect.poll(() => silent.destroyed).toBe(true);
  });
});
