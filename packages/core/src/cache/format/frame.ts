import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

const compress = promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdCompress);
const decompress = promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);

/** A frame that wants a larger window is not ours: it would make the decoder allocate it (2 to this power, bytes). */
const MAX_WINDOW = 23;

/** Output comes in pieces of these sizes, which is far faster than in Node's usual 16 KiB: from little input, compressed, decompressed. */
const SMALL_PIECE = 64 * 1024;
const COMPRESSED_PIECE = 1024 * 1024;
const CONTENT_PIECE = 4 * 1024 * 1024;

/** One zstd frame at level 3, on one of libuv's threads. */
export function compressFrame(bytes: Uint8Array): Promise<Buffer> {
  return compress(bytes, {
    chunkSize: bytes.length < COMPRESSED_PIECE ? SMALL_PIECE : COMPRESSED_PIECE,
    // Goes into the frame, and a decoder that knows it needs no window beside its output.
    pledgedSrcSize: bytes.length,
  });
}

/**
 * Decompresses one zstd frame, on one of libuv's threads. What it gives is to be checked against digests: Node overlooks what follows
 * a frame.
 *
 * @throws Error when the frame is damaged or holds more than `maxBytes`
 */
export function decompressFrame(bytes: Uint8Array, maxBytes: number): Promise<Buffer> {
  // One byte more than there may be: Node makes the next piece, and asks for more, as soon as one is full.
  const piece = Math.min(maxBytes + 1, bytes.length > SMALL_PIECE ? CONTENT_PIECE : SMALL_PIECE);
  return decompress(bytes, {
    maxOutputLength: maxBytes,
    chunkSize: Math.max(piece, zlib.constants.Z_MIN_CHUNK),
    params: { [zlib.constants.ZSTD_d_windowLogMax]: MAX_WINDOW },
  });
}

/**
 * Gives the memory of a buffer that nobody needs any more back at once; it is empty then. Left to the garbage collector, the memory of
 * frames makes it look through everything again and again.
 */
export function releaseMemory({ buffer, length }: Buffer): void {
  // Small buffers share their memory with others.
  if (length > Buffer.poolSize && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
