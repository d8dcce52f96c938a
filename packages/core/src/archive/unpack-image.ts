import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { Image } from '../image/source.ts';
import { optional } from '../json/json.ts';
import { announceTransfers } from '../log/transfer.ts';
import type { Log } from '../ports/index.ts';
import type { Digest } from '../reference/index.ts';
import { type ExtractOptions, pour } from './extract.ts';
import { fetchLayer, layerChunks } from './layer-chunks.ts';
import { LayerWriter } from './layer-writer.ts';
import { DEFAULT_LIMITS, TreeWriter } from './tree-writer.ts';

export interface UnpackOptions extends ExtractOptions {
  /** Diff IDs of layers that are left out: they are not fetched. */
  readonly unusedLayers?: ReadonlySet<Digest>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How many layers are fetched and decompressed while one is written. */
const AHEAD = 3;
/** Headers and padding are bytes of a layer, and no file content. */
const TAR_OVERHEAD = 2;

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
  const { log, signal, unusedLayers } = options;
  const tree = new TreeWriter(root, options);
  const layers = layersOf(image).filter(({ diffId }) => unusedLayers?.has(diffId) !== true);
  announceTransfers(
    layers.map(({ descriptor }) => descriptor),
    log,
  );
  const unused = image.manifest.layers.length - layers.length;
  if (unused > 0)
    log.debug(`${unused} layers of ${image.source.name} are not fetched: they hold buildpacks of no use here`);
  try {
    await applyLayers(image, layers, tree, options);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  tree.finish();
  if (tree.skipped > 0) log.debug(`${tree.skipped} devices and pipes of ${image.source.name} left out`);
}

function layersOf({ manifest, config, source }: Image): Layer[] {
  const [count, known] = [manifest.layers.length, config.diffIds.length];
  if (count !== known) throw new BuildpacksError('image', `${source.name} has ${count} layers and ${known} diff IDs`);
  return config.diffIds.flatMap((diffId, index) => {
    const descriptor = manifest.layers[index];
    return descriptor === undefined ? [] : [{ descriptor, diffId }];
  });
}

async function applyLayers(
  image: Image,
  layers: readonly Layer[],
  tree: TreeWriter,
  { limits, log, signal }: UnpackOptions,
): Promise<void> {
  const maxBytes = TAR_OVERHEAD * (limits ?? DEFAULT_LIMITS).bytes;
  const fetched: Promise<Readable>[] = [];
  const fetchUpTo = (count: number) => {
    for (const { descriptor } of layers.slice(fetched.length, count)) {
      const stream = fetchLayer(image, descriptor, { maxBytes, log, signal });
      stream.catch(() => undefined);
      fetched.push(stream);
    }
  };
  try {
    for (const [index, layer] of layers.entries()) {
      fetchUpTo(index + 1 + AHEAD);
      const stream = await fetched[index];
      const writer = new LayerWriter(tree, { lowest: index === 0 });
      if (stream !== undefined) await applyLayer(stream, layer, writer, signal).catch(refuseIn(image, layer));
    }
  } finally {
    for (const stream of fetched) stream.then(close, () => undefined);
  }
}

async function applyLayer(stream: Readable, layer: Layer, writer: LayerWriter, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  await pour(
    layerChunks(stream, layer.descriptor, (chunk) => hash.update(chunk)),
    writer,
    signal,
  );
  const found = `sha256:${hash.digest('hex')}`;
  if (found === layer.diffId) return;
  throw new BuildpacksError('image', `it unpacks to ${found}, and the image's configuration says ${layer.diffId}`);
}

/** What is wrong with an archive does not say which layer it is, and of which image. */
function refuseIn({ source }: Image, { descriptor }: Layer): (error: unknown) => never {
  return (error) => {
    const isAboutEntry = error instanceof BuildpacksError && error.code === 'image';
    if (!isAboutEntry || error.message.includes(descriptor.digest)) throw error;
    throw new BuildpacksError(
      'image',
      `the layer ${descriptor.digest} of ${source.name} is refused: ${error.message}`,
      {
        ...optional('hint', error.hint),
        cause: error,
      },
    );
  };
}

function close(stream: Readable): void {
  stream.destroy();
}
