import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressed, type Compression, compressionOf, decompressed } from '../../src/archive/index.ts';
import { inChunks } from './support.ts';

const ALL: readonly Compression[] = ['none', 'gzip', 'zstd'];
const readable = (bytes: Uint8Array) => Readable.from(inChunks(bytes));

describe('compressed', () => {
  it.each(ALL)('with %s is undone by decompressed', async (compression) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        const back = decompressed(compressed(readable(bytes), compression), compression, bytes.length);
        expect(await buffer(back)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 30 },
    );
  });

  it('writes gzip headers that say neither time nor name nor system', async () => {
    const bytes = await buffer(compressed(readable(Buffer.from('content')), 'gzip'));

    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    expect(gunzipSync(bytes).toString()).toBe('content');
  });
});

describe('decompressed', () => {
  it('reads zstd frames of all kinds, however they are cut', async () => {
    const skippable = Buffer.from('50 2a 4d 18 03 00 00 00 01 02 03'.replaceAll(' ', ''), 'hex');
    const part = fc.record({
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(150_000).map((size) => Buffer.alloc(size, 'ab')),
      ),
      checksum: fc.constantFrom(0, 1),
      contentSize: fc.constantFrom(0, 1),
      skipped: fc.boolean(),
    });
    const frame = ({
      bytes,
      checksum,
      contentSize,
      skipped,
    }: typeof part extends fc.Arbitrary<infer T> ? T : never) => {
      const params = { [constants.ZSTD_c_checksumFlag]: checksum, [constants.ZSTD_c_contentSizeFlag]: contentSize };
      return Buffer.concat([zstdCompressSync(bytes, { params }), ...(skipped ? [skippable] : [])]);
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 2000 }),
        async (parts, size) => {
          const input = Readable.from(inChunks(Buffer.concat(parts.map(frame)), size));
          const expected = Buffer.concat(parts.map(({ bytes }) => bytes));
          expect((await buffer(decompressed(input, 'zstd', expected.length))).equals(expected)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each<[string, Compression, Buffer]>([
    ['a gzip of several members', 'gzip', Buffer.concat([gzipSync('con'), gzipSync('tent')])],
    ['a zstd of several frames', 'zstd', Buffer.concat([zstdCompressSync('con'), zstdCompressSync('tent')])],
  ])('reads %s', async (_case, compression, bytes) => {
    expect((await buffer(decompressed(readable(bytes), compression, 100))).toString()).toBe('content');
  });

  it.each(ALL)('ends with an error as soon as %s gives more than is allowed', async (compression) => {
    const bomb = compressed(readable(Buffer.alloc(1_000_000)), compression);

    await expect(buffer(decompressed(bomb, compression, 999_999))).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining('999999 bytes') as string,
    });
  });

  it.each<[string, Compression, Buffer]>([
    ['another format, as gzip', 'gzip', Buffer.from('plain text that goes on')],
    ['another format, as zstd', 'zstd', Buffer.from('plain text that goes on')],
    ['a cut gzip', 'gzip', gzipSync('content').subarray(0, -4)],
    ['a cut zstd', 'zstd', zstdCompressSync('content').subarray(0, -4)],
    ['something behind a gzip', 'gzip', Buffer.concat([gzipSync('content'), Buffer.from('garbage')])],
    ['something behind a zstd', 'zstd', Buffer.concat([zstdCompressSync('content'), Buffer.from('garbage')])],
    ['nothing at all as gzip', 'gzip', Buffer.alloc(0)],
  ])('refuses %s', async (_case, compression, bytes) => {
    await expect(buffer(decompressed(readable(bytes), compression, 100))).rejects.toMatchObject({ code: 'image' });
  });

  it('passes on the failure of its input', async () => {
    const failing = new Readable({
      read() {
        this.destroy(new Error('connection lost'));
      },
    });

    await expect(buffer(decompressed(failing, 'gzip', 100))).rejects.toThrow('connection lost');
  });

  it('lets go of its input when it is given up', async () => {
    const waiting = new Readable({ read: () => undefined });
    decompressed(waiting, 'gzip', 100).destroy();

    await expect.poll(() => waiting.destroyed).toBe(true);
  });
});

describe('compressionOf', () => {
  it.each([
    ['application/vnd.oci.image.layer.v1.tar', 'none'],
    ['application/vnd.oci.image.layer.v1.tar+gzip', 'gzip'],
    ['application/vnd.oci.image.layer.v1.tar+zstd', 'zstd'],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'gzip'],
  ])('knows %s', (mediaType, expected) => {
    expect(compressionOf(mediaType)).toBe(expected);
  });
});
