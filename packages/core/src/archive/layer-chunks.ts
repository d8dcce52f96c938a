import { addAbortSignal, PassThrough, pipeline, type Readable } from 'node:stream';
import type { Descriptor } from '../image/manifest.ts';
import { compressionOf } from '../image/media-types.ts';
import type { Image } from '../image/source.ts';
import { reportTransfer } from '../log/transfer.ts';
import type { Log } from '../ports/index.ts';
import { decompressed } from './compression.ts';

/** How much of a layer is kept ready, in chunks of 256 KiB. */
const READY = 32;
/** A layer that is no bomb: so many bytes whatever it has compressed, and so many times what it has. Real ones come to five or ten times. */
const ALWAYS_ALLOWED = 256 * 1024 ** 2;
const ALLOWED_RATIO = 100;

export interface LayerOptions {
  /** How many bytes may come out of it, whatever it has compressed. */
  readonly maxBytes: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * A layer's tar, which fills itself with `READY` chunks before anyone reads it, and keeps a failure until then. Chunks stay as they are: a
 * stream of bytes would copy all that is ready into one.
 */
export async function fetchLayer(image: Image, descriptor: Descriptor, options: LayerOptions): Promise<Readable> {
  const { maxBytes, log, signal } = options;
  const most = Math.min(maxBytes, Math.max(ALWAYS_ALLOWED, ALLOWED_RATIO * descriptor.size));
  const blob = await image.source.open(descriptor);
  const ready = addAbortSignal(signal, new PassThrough({ objectMode: true, highWaterMark: READY }));
  const content = reportTransfer(blob, descriptor, log);
  pipeline(decompressed(content, compressionOf(descriptor.mediaType), most), ready, () => undefined);
  return ready.on('error', () => undefined);
}

/** The chunks of `fetchLayer`, shown to `observe` first. They are only good until the next one is asked for. */
export async function* layerChunks(
  stream: Readable,
  { mediaType }: Descriptor,
  observe: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const isDecompressed = compressionOf(mediaType) !== 'none';
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    observe(chunk);
    const { buffer, byteOffset, byteLength } = chunk;
    yield chunk;
    if (isDecompressed) release(buffer, byteOffset + byteLength);
  }
}

/**
 * Gives a decompressor's memory back at once. Left to the garbage collector, gigabytes of chunks make it mark everything again and again. A
 * decompressor goes on in the same buffer until its end is reached; small buffers are shared.
 */
function release(buffer: ArrayBufferLike, end: number): void {
  const isSpent = end === buffer.byteLength && end > Buffer.poolSize;
  if (isSpent && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
