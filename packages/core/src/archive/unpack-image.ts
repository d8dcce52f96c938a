import { createHash } from 'node:crypto';
import { addAbortSignal, PassThrough, pipeline, type Readable } from 'node:stream';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';
import { compressionOf } from '../image/media-types.ts';
import type { Image } from '../image/source.ts';
import { announceTransfers, reportTransfer } from '../log/transfer.ts';
import type { Log } from '../ports/index.ts';
import type { Digest } from '../reference/index.ts';
import { decompressed } from './compression.ts';
import { type ExtractOptions, pour } from './extract.ts';
import { LayerWriter } from './layer-writer.ts';
import { DEFAULT_LIMITS, TreeWriter } from './tree-writer.ts';

export interface UnpackOptions extends ExtractOptions {
  /** Diff IDs of layers that are left out: they are not fetched. */
  readonly unusedLayers?: ReadonlySet<Digest>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How many layers are fetched and decompressed while one is written, and how much of each is kept ready, in chunks of 256 KiB. */
const AHEAD = 3;
const READY = 32;

interface Layer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

/**
 * Unpacks an image: its layers in order, with whiteouts, below an empty directory. Each layer's blob (by its source) and diff ID are verified.
 * On failure what was unpacked so far stays; the caller removes the directory, and must not use it.
 *
 * @param root an existing directory that only this call writes to
 * @throws BuildpacksError `image` for what is wrong with the image; `engine` when the disk refuses; the source's own errors
 */
export async function unpackImage(image: Image, root: string, options: UnpackOptions): Promise<void> {
  const tree = new TreeWriter(root, options);
  const layers = layersOf(image).filter(({ diffId }) => options.unusedLayers?.has(diffId) !== true);
  announceTransfers(
    layers.map(({ descriptor }) => descriptor),
    options.log,
  );
  const fetched: Promise<Readable>[] = [];
  const fetchUpTo = (count: number) => {
    for (const layer of layers.slice(fetched.length, count)) fetched.push(fetchLayer(image, layer, options));
  };
  try {
    for (const [index, layer] of layers.entries()) {
      fetchUpTo(index + 1 + AHEAD);
      const stream = await fetched[index];
      if (stream) await applyLayer(stream, layer, new LayerWriter(tree, { lowest: index === 0 }), options.signal);
    }
  } catch (error) {
    options.signal.throwIfAborted();
    throw error;
  } finally {
    for (const stream of fetched) stream.then(close, () => undefined);
  }
  tree.finish();
  if (tree.skipped > 0) options.log.debug(`${tree.skipped} devices and pipes of ${image.source.name} left out`);
}

function layersOf(image: Image): Layer[] {
  return image.manifest.layers.map((descriptor, index) => {
    const diffId = image.config.diffIds[index];
    if (diffId === undefined) throw new BuildpacksError('image', `the layer ${descriptor.digest} has no diff id`);
    return { descriptor, diffId };
  });
}

/**
 * A stream that fills itself with `READY` chunks before anyone reads it, and keeps a failure until then. Chunks stay as they are: a stream
 * of bytes would copy all that is ready into one.
 */
function fetchLayer(image: Image, { descriptor }: Layer, { limits, log, signal }: UnpackOptions): Promise<Readable> {
  const maxBytes = 2 * (limits ?? DEFAULT_LIMITS).bytes;
  const stream = image.source.open(descriptor).then((blob) => {
    const ready = addAbortSignal(signal, new PassThrough({ objectMode: true, highWaterMark: READY }));
    const content = reportTransfer(blob, descriptor, log);
    pipeline(decompressed(content, compressionOf(descriptor.mediaType), maxBytes), ready, () => undefined);
    return ready.on('error', () => undefined);
  });
  stream.catch(() => undefined);
  return stream;
}

async function applyLayer(stream: Readable, layer: Layer, writer: LayerWriter, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  const isOurs = compressionOf(layer.descriptor.mediaType) !== 'none';
  const chunks = passed(stream, (chunk) => hash.update(chunk));
  await pour(isOurs ? spent(chunks) : chunks, writer, signal);
  const found = `sha256:${hash.digest('hex')}`;
  if (found === layer.diffId) return;
  throw new BuildpacksError(
    'image',
    `the layer ${layer.descriptor.digest} unpacks to ${found}, and the image's configuration says ${layer.diffId}`,
  );
}

async function* passed(stream: Readable, observe: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    observe(chunk);
    yield chunk;
  }
}

/**
 * Gives the memory of a decompressor's chunk back when the next one is asked for. Left to the garbage collector, gigabytes of chunks make it
 * mark everything again and again. A decompressor goes on in the same buffer until its end is reached; small buffers are shared.
 */
async function* spent(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const { buffer, byteOffset, byteLength } = chunk;
    yield chunk;
    const isFull = byteOffset + byteLength === buffer.byteLength;
    if (isFull && buffer.byteLength > Buffer.poolSize && buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}

function close(stream: Readable): void {
  stream.destroy();
}
