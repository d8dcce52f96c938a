import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  directoryItem,
  fileItem,
  hardlinkItem,
  symlinkItem,
  type TarItem,
  unpackImage,
} from '../../src/archive/index.ts';
import { BuildpacksError } from '../../src/errors/index.ts';
import { SILENT_LOG } from '../../src/ports/index.ts';
import { imageOf, imageWith, type LayerFacts } from './image.ts';
import { listing, paxRecord, type RawHeader, rawTar, tarOf, temporaryDirectory } from './support.ts';

const { signal } = new AbortController();

/** A root beside files that must stay as they are. */
function rootWithCanaries() {
  const outer = temporaryDirectory();
  const root = path.join(outer, 'root');
  mkdirSync(root);
  mkdirSync(path.join(outer, 'outside/dir'), { recursive: true });
  for (const name of ['canary', 'outside/canary', 'outside/dir/canary'])
    writeFileSync(path.join(outer, name), 'untouched', { mode: 0o644 });
  const names = ['.', 'canary', 'outside', 'outside/canary', 'outside/dir', 'outside/dir/canary'];
  const facts = (name: string) => {
    const { ino, mode, uid, gid, nlink, size, mtimeMs, ctimeMs } = statSync(path.join(outer, name));
    return [name, ino, mode, uid, gid, nlink, size, mtimeMs, ctimeMs].join(' ');
  };
  const outside = () => [...names.map(facts), ...listing(outer).filter((line) => !line.startsWith('root'))];
  return { root, outside };
}

/** What unpacking fails with; nothing outside may have changed meanwhile. */
async function refusal(...layers: readonly LayerFacts[]): Promise<unknown> {
  const { root, outside } = rootWithCanaries();
  const before = outside();
  const outcome = await unpackImage(imageOf(layers), root, { owners: false, log: SILENT_LOG, signal }).catch(
    (error: unknown) => error,
  );
  expect(outside()).toEqual(before);
  return outcome;
}

const layerOf = async (...items: readonly TarItem[]): Promise<LayerFacts> => ({ tar: await tarOf(items) });

describe('an image that wants out by way of two layers', () => {
  it.each<[string, TarItem, TarItem]>([
    ['a link, and a hard link to what is behind it', symlinkItem('l', '..'), hardlinkItem('h', 'l/canary')],
    ['a link of links, and a hard link', symlinkItem('a/l', '../../..'), hardlinkItem('h', 'a/l/canary')],
    ['nothing, and a name that climbs', fileItem('f', ''), fileItem('a/../../canary', 'evil')],
    ['nothing, and a whiteout that climbs', fileItem('f', ''), fileItem('../.wh.canary', '')],
    ['nothing, and a whiteout of the parent', fileItem('f', ''), fileItem('.wh...', '')],
    ['nothing, and the contents of the parent', fileItem('f', ''), fileItem('../.wh..wh..opq', '')],
    ['a folder, and a hard link to it', directoryItem('d'), hardlinkItem('h', 'd')],
    ['a file, and a folder in its place', fileItem('f', ''), fileItem('f/canary', 'evil')],
  ])('is refused: %s', async (_case, lower, upper) => {
    const layers = [await layerOf(lower), await layerOf(upper)];
    const upperDigest = imageOf(layers).manifest.layers[1]?.digest ?? '';

    expect(await refusal(...layers)).toMatchObject({
      code: 'image',
      message: expect.stringContaining(
        `the layer ${upperDigest} of memory is refused: "${upper.entry.path}" can't be`,
      ) as string,
    });
  });

  it.each<[string, TarItem, readonly TarItem[]]>([
    ['a link, then a file through it', symlinkItem('l', '../outside'), [fileItem('l/canary', 'evil')]],
    ['a link, then a folder in its place', symlinkItem('l', '../outside'), [directoryItem('l', { mode: 0o777 })]],
    [
      'a folder, then a link in its place, then a file through it',
      directoryItem('d', { mode: 0o777, mtime: 1 }),
      [symlinkItem('d', '../outside'), fileItem('d/canary', 'evil')],
    ],
    [
      'a folder, then its whiteout, then a link in its place',
      directoryItem('d', { mode: 0o777, mtime: 1 }),
      [fileItem('.wh.d', ''), symlinkItem('d', '../outside'), fileItem('d/dir/canary', 'evil')],
    ],
    ['a link, then a whiteout through it', symlinkItem('l', '../outside'), [fileItem('l/.wh.canary', '')]],
    ['a link, then an opaque folder through it', symlinkItem('l', '../outside'), [fileItem('l/.wh..wh..opq', '')]],
    [
      'a link, then a hard link to it, then a file through that',
      symlinkItem('l', '../outside'),
      [hardlinkItem('h', 'l'), fileItem('h/canary', 'evil')],
    ],
  ])('stays inside: %s', async (_case, lower, upper) => {
    expect(await refusal(await layerOf(lower), await layerOf(...upper))).toBeUndefined();
  });
});

describe('an image is refused', () => {
  it('when links lead deeper than the system has names for', async () => {
    const deep = Array.from({ length: 15 }, () => 'd'.repeat(250)).join('/');
    const tar = await tarOf([
      directoryItem(deep),
      symlinkItem('l', deep),
      fileItem(`l/${'e'.repeat(250)}/${'f'.repeat(250)}`, ''),
    ]);

    await expect(
      unpackImage(imageOf([{ tar }]), temporaryDirectory(), { owners: false, log: SILENT_LOG, signal }),
    ).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining('nested too deep') as string,
    });
  });

  it('when its configuration has another number of layers', async () => {
    const image = await imageWith([fileItem('a', '')]);
    const config = { ...image.config, diffIds: [...image.config.diffIds, ...image.config.diffIds] };

    await expect(
      unpackImage({ ...image, config }, temporaryDirectory(), { owners: false, log: SILENT_LOG, signal }),
    ).rejects.toThrow('memory has 1 layers and 2 diff IDs');
  });
});

describe('any image at all', () => {
  const part = fc.constantFrom('a', 'b', 'c', 'canary', 'outside', 'dir', '.', '.wh.a', '.wh.canary', '.wh..wh..opq');
  const climbing = fc.oneof({ weight: 6, arbitrary: part }, { weight: 1, arbitrary: fc.constant('..') });
  const name = fc.array(climbing, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const target = fc
    .tuple(fc.constantFrom('', '/', '../', '../../'), fc.array(climbing, { minLength: 1, maxLength: 4 }))
    .map(([start, parts]) => `${start}${parts.join('/')}`);
  const plain = fc.oneof(
    fc.record({ name, type: fc.constantFrom('0', '\0', '5', '6'), mode: fc.constantFrom('0000777', '0006777') }),
    fc.record({ name, type: fc.constantFrom('1', '2'), linkName: target }),
  );
  /** One thing that is wrong, or that only some readers take as it is meant. */
  const oddity = fc.oneof(
    fc.record({ magic: fc.constantFrom('ustar  \0', '\0'.repeat(8), 'ustar\x0000') }),
    fc.record({ prefix: target }),
    fc.record({ size: fc.constantFrom('77777777777', '\xff'.repeat(12), '00000000001', '\x80'.padEnd(12, '\0')) }),
    fc.record({ type: fc.constantFrom('3', '4', '7', 'S', 'D', 'K', 'L', 'x', 'g') }),
    fc.record({ content: target }),
    target.map((text) => ({ name: `${text}\0hidden` })),
  );
  const member: fc.Arbitrary<readonly RawHeader[]> = fc.oneof(
    { weight: 5, arbitrary: plain.map((header) => [header]) },
    { weight: 1, arbitrary: fc.tuple(plain, oddity).map(([header, odd]) => [{ ...header, ...odd }]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('path', 'linkpath', 'size'), target, plain)
        .map(([key, value, header]) => [{ name: 'pax', type: 'x', content: paxRecord(key, value) }, header]),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('L', 'K'), target, plain)
        .map(([type, value, header]) => [{ name: 'long', type, content: `${value}\0` }, header]),
    },
  );
  const layer = fc.array(member, { minLength: 1, maxLength: 8 }).map((members) => ({ tar: rawTar(...members.flat()) }));

  it('changes nothing outside of the root, and fails with a name only', async () => {
    const { root, outside } = rootWithCanaries();
    const before = outside();
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 3 }), async (layers) => {
        await unpackImage(imageOf(layers), root, { owners: false, log: SILENT_LOG, signal }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(BuildpacksError);
          expect(error).toMatchObject({ code: 'image', message: expect.stringContaining('sha256:') as string });
        });
        expect(outside()).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });
});
