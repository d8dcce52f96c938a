import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import tarStream from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../src/errors/index.ts';
import { directoryItem, fileItem, readTar } from '../../src/archive/index.ts';
import { membersOf, paxRecord, rawMember, rawTar, stream, tarOf } from './support.ts';

const GNU = 'ustar  \0';
const V7 = '\0'.repeat(8);
const pax = (...records: readonly [string, string][]) =>
  rawMember({ type: 'x', content: records.map(([key, value]) => paxRecord(key, value)).join('') });

describe('readTar', () => {
  it('reads what tar-stream packs', async () => {
    const pack = tarStream.pack();
    pack.entry({ name: 'dir', type: 'directory', mode: 0o700, mtime: new Date(5000) });
    pack.entry({ name: `dir/${'x'.repeat(120)}`, uid: 7, gid: 8, uname: 'me', mtime: new Date(5000) }, 'content');
    pack.entry({ name: 'link', type: 'symlink', linkname: 'dir', mtime: new Date(5000) });
    pack.finalize();

    expect(await membersOf(await buffer(pack))).toMatchObject([
      { entry: { path: 'dir', type: 'directory', mode: 0o700, mtime: 5 } },
      { entry: { path: `dir/${'x'.repeat(120)}`, uid: 7, gid: 8, userName: 'me', size: 7 }, content: 'content' },
      { entry: { path: 'link', type: 'symlink', linkPath: 'dir' } },
    ]);
  });

  it.each([
    ['a prefix', rawTar({ prefix: 'a/b', name: 'c' }), { path: 'a/b/c' }],
    ['a name that fills its field', rawTar({ name: 'n'.repeat(100) }), { path: 'n'.repeat(100) }],
    ['a GNU long name', rawTar({ type: 'L', magic: GNU, content: 'long\0' }, { magic: GNU }), { path: 'long' }],
    [
      'a GNU long link',
      rawTar({ type: 'K', magic: GNU, content: 'target\0' }, { magic: GNU, type: '2', linkName: 'short' }),
      { type: 'symlink', linkPath: 'target' },
    ],
    ['a base-256 number', rawTar({ uid: '\x80\0\0\0\x01\0\0\0' }), { uid: 2 ** 24 }],
    ['the oldest format', rawTar({ magic: V7, type: '\0', prefix: 'ignored' }), { path: 'file', type: 'file' }],
    [
      'the oldest way to say directory',
      rawTar({ magic: V7, type: '\0', name: 'dir/' }),
      { path: 'dir', type: 'directory' },
    ],
    ['PAX names', rawTar(pax(['path', 'a\u00c3\u00bc']), { name: 'x' }), { path: 'aü' }],
    ['a PAX time', rawTar(pax(['mtime', '1.25']), {}), { mtime: 1.25 }],
    ['a negative PAX time', rawTar(pax(['mtime', '-3']), {}), { mtime: -3 }],
    ['a PAX owner', rawTar(pax(['uid', '5000000'], ['gid', '6']), {}), { uid: 5_000_000, gid: 6 }],
    [
      'a comment for the whole archive',
      rawTar({ type: 'g', content: paxRecord('comment', 'abc') }, {}),
      { path: 'file' },
    ],
    ['a device', rawTar({ type: '3', name: 'null' }), { type: 'character-device', device: { major: 0, minor: 0 } }],
  ])('reads %s', async (_case, bytes, expected) => {
    expect((await membersOf(bytes)).map(({ entry }) => entry)).toMatchObject([expected]);
  });

  it('takes the size from PAX', async () => {
    const member = rawMember({ content: 'content' });
    const bytes = rawTar(pax(['size', '4']), member, { name: 'next' });

    expect(await membersOf(bytes)).toMatchObject([{ content: 'cont' }, { entry: { path: 'next' } }]);
  });

  it('keeps extended attributes as bytes', async () => {
    const [member] = await membersOf(rawTar(pax(['SCHILY.xattr.security.capability', 'a\0b\xff']), {}));

    expect(member?.entry.extended?.get('SCHILY.xattr.security.capability')).toEqual(Buffer.from('a\0b\xff', 'latin1'));
  });

  it('skips content that is not read, or read in part', async () => {
    const bytes = await tarOf([fileItem('a', 'x'.repeat(3000)), fileItem('b', 'y'.repeat(3000)), fileItem('c', 'z')]);
    const seen: string[] = [];
    for await (const { entry, content } of readTar(stream(bytes))) {
      seen.push(entry.path);
      if (entry.path === 'b') await content[Symbol.asyncIterator]().next();
    }

    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('reads the stream to its very end', async () => {
    const source = stream(Buffer.concat([await tarOf([directoryItem('a')]), Buffer.alloc(10_000)]), 600);
    for await (const member of readTar(source)) expect(member.entry.path).toBe('a');

    expect(await source.next()).toEqual({ done: true, value: undefined });
  });

  it.each([
    ['a wrong checksum', Buffer.concat([Buffer.from('x'), rawTar({}).subarray(1)]), 'wrong checksum'],
    ['a negative size', rawTar({ size: '\xff'.repeat(12) }), 'negative size'],
    ['a size that no number holds', rawTar({ size: `\x80${'\xff'.repeat(11)}` }), 'too large'],
    ['a size that is not octal', rawTar({ size: '9' }), 'not an octal number'],
    ['NUL in a PAX name', rawTar(pax(['path', 'a\0b']), {}), 'NUL'],
    ['NUL in a GNU long name', rawTar({ type: 'L', magic: GNU, content: 'a\0b\0' }, { magic: GNU }), 'NUL'],
    ['an empty PAX name', rawTar(pax(['path', '']), {}), 'empty'],
    ['the same PAX record twice', rawTar(pax(['path', 'a'], ['path', 'b']), {}), '"path" twice'],
    ['two PAX headers', rawTar(pax(['path', 'a']), pax(['path', 'b']), {}), 'two PAX headers'],
    ['a PAX record longer than its header', rawTar({ type: 'x', content: '99 path=a\n' }, {}), 'malformed'],
    ['a PAX record without a newline', rawTar({ type: 'x', content: '9 path=ab' }, {}), 'malformed'],
    ['a PAX record without a value', rawTar({ type: 'x', content: '7 path\n' }, {}), 'malformed'],
    ['a negative PAX size', rawTar(pax(['size', '-1']), {}), '"size" has the value "-1"'],
    ['a PAX size that is no number', rawTar(pax(['size', '0x10']), {}), '"size" has the value "0x10"'],
    ['both a PAX and a GNU name', rawTar(pax(['path', 'a']), { type: 'L', content: 'b\0' }, {}), 'PAX and a GNU'],
    ['two GNU names', rawTar({ type: 'L', content: 'a\0' }, { type: 'L', content: 'b\0' }, {}), 'two long names'],
    ['PAX records for the whole archive', rawTar({ type: 'g', content: paxRecord('path', 'a') }, {}), 'global'],
    ['an old sparse file', rawTar({ type: 'S', magic: GNU }), 'type "S"'],
    ['a PAX sparse file', rawTar(pax(['GNU.sparse.major', '1']), {}), 'sparse'],
    ['an unknown type', rawTar({ type: '7' }), 'type "7"'],
    ['a name that is not UTF-8', rawTar({ name: 'a\xff' }), 'not UTF-8'],
    ['no name', rawTar({ name: '' }), 'no name'],
    ['a file named like a directory', rawTar({ name: 'a/' }), 'named like a directory'],
    ['a link without a target', rawTar({ type: '2' }), 'links to nothing'],
    ['a link with content', rawTar({ type: '2', linkName: 'a', content: 'b' }), 'symlink with content'],
    ['a directory with content', rawTar({ type: '5', content: 'b' }), 'directory with content'],
    ['the format of star', rawTar({ prefix: 'p', trailer: 'tar\0' }), 'star'],
    ['a prefix in GNU format', rawTar({ magic: GNU, prefix: 'not a time' }), 'not an octal number'],
    ['a header at the end that belongs to no member', rawTar(pax(['path', 'a'])), 'belongs to a member'],
    ['an extension that is too large to be gathered', rawTar({ type: 'x', size: '40000000' }), 'bytes'],
    ['something after the end', Buffer.concat([rawTar({}), Buffer.from('x')]), 'follows its end'],
    ['a member after one end block', Buffer.concat([Buffer.alloc(512), rawTar({})]), 'follows an end mark'],
    ['no end', rawMember({}), 'truncated'],
    ['an end within content', rawMember({ content: 'x'.repeat(2000) }).subarray(0, 1024), 'truncated'],
    ['an end within a header', Buffer.concat([rawMember({}), rawMember({}).subarray(0, 100)]), 'truncated'],
    ['no bytes at all', Buffer.alloc(0), 'truncated'],
  ])('refuses %s', async (_case, bytes, why) => {
    await expect(membersOf(bytes)).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining(why) as string,
    });
  });

  it('reads or refuses damaged archives, and never does anything else', async () => {
    const whole = await tarOf([fileItem('d/ü', 'content', { uid: 2 ** 33 }), fileItem('b', 'x'.repeat(600))]);
    const damage = fc.record({
      at: fc.integer({ min: 0, max: whole.length - 1 }),
      byte: fc.integer({ min: 0, max: 255 }),
      cut: fc.integer({ min: 0, max: whole.length }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, byte, cut }) => {
        const bytes = Buffer.from(whole);
        bytes[at] = byte;
        await membersOf(bytes.subarray(0, cut)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(BuildpacksError);
        });
      }),
      { numRuns: 300 },
    );
  });
});
