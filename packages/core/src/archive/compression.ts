import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import * as zlib from 'node:zlib';
import { BuildpacksError } from '../errors/index.ts';
import type { compressionOf } from '../image/media-types.ts';
import { ambiguous } from './refusal.ts';
import { zstdFrames } from './zstd-frames.ts';

export { compressionOf } from '../image/media-types.ts';

export type Compression = ReturnType<typeof compressionOf>;

/** Large output chunks: fewer trips between the compression threads and ours. */
const CHUNK = 256 * 1024;
/** Byte 9 of a gzip header names the operating system; 255 is "unknown" (RFC 1952), so that it does not depend on where we run. */
const GZIP_SYSTEM = { offset: 9, unknown: 0xff } as const;

/**
 * Compresses a stream. gzip has no name and no time in its header: equal input gives equal bytes (for one version of zlib).
 *
 * @param level as zlib counts, 1 to 9; gzip only
 */
export function compressed(input: Readable, compression: Compression, level = 6): Readable {
  switch (compression) {
    case 'none':
      return input;
    case 'zstd':
      return joined(input, zlib.createZstdCompress({ chunkSize: CHUNK }));
    case 'gzip':
      return joined(input, zlib.createGzip({ level, chunkSize: CHUNK }), anonymousGzip());
  }
}

/**
 * Decompresses a stream and fails once more than `maxBytes` come out of it.
 *
 * @throws (as the stream's error) BuildpacksError `image`: not in this format, damaged, or larger than allowed
 */
export function decompressed(input: Readable, compression: Compression, maxBytes: number): Readable {
  const last = limit(maxBytes);
  switch (compression) {
    case 'none':
      return joined(input, last);
    case 'zstd':
      return joined(input, zstdFrames(), zlib.createZstdDecompress({ chunkSize: CHUNK }), last);
    case 'gzip':
      return joined(input, zlib.createGunzip({ chunkSize: CHUNK }), last);
  }
}

/** A failure of one part ends all of them and reaches who reads the last. */
function joined(first: Readable, ...rest: Transform[]): Readable {
  pipeline([first, ...rest], () => undefined);
  return rest.at(-1) ?? first;
}

function limit(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    highWaterMark: CHUNK,
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      seen += chunk.length;
      if (seen <= maxBytes) done(null, chunk);
      else done(new BuildpacksError('image', `the archive is larger than ${maxBytes} bytes when decompressed`));
    },
    destroy(error, done) {
      done(isCompressionError(error) ? ambiguous(`its compressed data is damaged (${error.message})`, error) : error);
    },
  });
}

/** zlib's own errors have codes such as `Z_DATA_ERROR`, `Z_BUF_ERROR`, `ZSTD_error_prefix_unknown`. */
function isCompressionError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(?:Z_|ZSTD_)/.test(String(error.code));
}

function anonymousGzip(): Transform {
  let first = true;
  return new Transform({
    highWaterMark: CHUNK,
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      if (first) chunk[GZIP_SYSTEM.offset] = GZIP_SYSTEM.unknown;
      first = false;
      done(null, chunk);
    },
  });
}
