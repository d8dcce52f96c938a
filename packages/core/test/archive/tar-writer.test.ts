import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import tarStream from 'tar-stream';
import { describe, expect, it } from 'vitest';
import {
  directoryItem,
  fileItem,
  hardlinkItem,
  symlinkItem,
  type TarEntry,
  type TarItem,
  writeTar,
} from '../../src/archive/index.ts';
import { membersOf, tarOf } from './support.ts';

const name = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map((part) => part.replaceAll(/[\0/]/g, '_')).join('/'));
const number = fc.integer({ min: 0, max: 2 ** 40 });
const plainFields = {
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: number,
  gid: number,
  mtime: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
};
const plainFacts = fc.record(plainFields, { requiredKeys: [] });
const facts = fc.record(
  {
    ...plainFields,
    userName: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((text) => text.replaceAll('\0', '_')),
    groupName: fc.string({ minLength: 1, maxLength: 40 }),
    extended: fc
      .dictionary(fc.constantFrom('SCHILY.xattr.user.a', 'VENDOR.b'), fc.uint8Array(), { minKeys: 1 })
      .map((records) => new Map(Object.entries(records).map(([key, value]) => [key, Buffer.from(value)]))),
  },
  { requiredKeys: [] },
);
const item: fc.Arbitrary<TarItem> = fc.oneof(
  fc.tuple(name, fc.uint8Array({ maxLength: 2000 }), facts).map((args) => fileItem(...args)),
  fc.tuple(name, facts).map((args) => directoryItem(...args)),
  fc.tuple(name, name, facts).map((args) => symlinkItem(...args)),
  fc.tuple(name, name, facts).map((args) => hardlinkItem(...args)),
);

/** Without what GNU's older format has no place for. */
const plainItem = fc.oneof(
  fc.tuple(name, fc.uint8Array({ maxLength: 2000 }), plainFacts).map((args) => fileItem(...args)),
  fc.tuple(name, plainFacts).map((args) => directoryItem(...args)),
  fc.tuple(name, name, plainFacts).map((args) => symlinkItem(...args)),
);

describe('writeTar', () => {
  it('writes what readTar reads back, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 5 }),
        fc.integer({ min: 1, max: 5000 }),
        async (items, chunkSize) => {
          const members = await membersOf(await tarOf(items), chunkSize);
          const written = items.map(({ entry, content }) => ({
            entry,
            content: Buffer.from((content as Uint8Array | undefined) ?? []).toString('latin1'),
          }));
          expect(members).toEqual(written);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("writes what readTar reads back in GNU's dialect, without a PAX record", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plainItem, { maxLength: 5 }), async (items) => {
        const bytes = await buffer(writeTar(items, 'gnu'));
        const members = await membersOf(bytes);
        expect(members.map(({ entry }) => entry)).toEqual(items.map(({ entry }) => entry));
        expect(bytes.includes('PaxHeaders')).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('gives equal bytes for equal items', async () => {
    const items = () => [directoryItem('a'), fileItem(`a/${'ü'.repeat(90)}`, 'x', { mtime: 7 }), symlinkItem('l', 'a')];

    expect(await tarOf(items())).toEqual(await tarOf(items()));
  });

  it('uses no extension for what ustar can say', async () => {
    expect(await tarOf([fileItem('a', 'content')])).toHaveLength(4 * 512);
  });

  it.each([
    ['a short name', fileItem('dir/file', 'content', { mode: 0o755, uid: 1000, gid: 1001, mtime: 1_700_000_000 })],
    ['a long name', fileItem('d/'.repeat(120), 'content')],
    ['a name that is not ASCII', fileItem('Főtanúsítvány.crt', 'content')],
    ['a long link', symlinkItem('link', '../'.repeat(80))],
    ['a directory', directoryItem('a/b')],
  ])('writes %s as tar-stream reads it', async (_case, written) => {
    const items =
      written.entry.type === 'file'
        ? { ...written, entry: { ...written.entry, path: `${written.entry.path}f` } }
        : written;
    const [header] = await readWithTarStream(await tarOf([items]));

    expect({ ...header, name: header?.name.replace(/\/$/, '') }).toMatchObject({
      name: items.entry.path,
      mode: items.entry.mode,
      uid: items.entry.uid,
      gid: items.entry.gid,
      size: items.entry.size,
      linkname: items.entry.linkPath ?? null,
      mtime: new Date(items.entry.mtime * 1000),
    });
  });

  it.each([
    ['less', 'short'],
    ['more', 'much longer than was said'],
  ])('refuses content with %s bytes than its entry says', async (_case, text) => {
    const entry: TarEntry = { ...fileItem('file', '').entry, size: 10 };

    await expect(buffer(writeTar([{ entry, content: Buffer.from(text) }]))).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('"file" was said to have 10 bytes') as string,
    });
  });

  it('refuses a name with a NUL byte', async () => {
    await expect(tarOf([fileItem('a\0b', '')])).rejects.toMatchObject({ code: 'internal' });
  });
});

async function readWithTarStream(bytes: Buffer): Promise<readonly tarStream.Header[]> {
  const extract = tarStream.extract();
  const headers: tarStream.Header[] = [];
  extract.on('entry', (header, content, next) => {
    headers.push(header);
    content.resume().on('end', next);
  });
  extract.end(bytes);
  await once(extract, 'finish');
  return headers;
}
