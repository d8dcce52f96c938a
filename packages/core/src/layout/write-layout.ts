import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Descriptor } from '../image/manifest.ts';
import { MEDIA_TYPE } from '../image/media-types.ts';
import type { Image } from '../image/source.ts';
import { writeFileWhole } from '../files/whole-file.ts';
import { optional } from '../json/json.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import type { Digest } from '../reference/index.ts';
import { putBlob } from './blob-store.ts';

/** The content of `oci-layout` (OCI image layout specification 1.0 and 1.1). */
const LAYOUT_MARKER = '{"imageLayoutVersion":"1.0.0"}';

/** Layers that are written at once. */
const PARALLEL = 4;

export interface LayoutOptions {
  /** Only manifests and configurations, and of the layers those in `blobs`: what the lifecycle needs of run and previous images. */
  readonly sparse?: boolean;
  /** Layer blobs that a sparse layout holds all the same. */
  readonly blobs?: readonly Digest[];
  /** Annotations of each image's descriptor in `index.json`. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Writes images as an OCI layout: blobs first, `index.json` last, each file whole or not at all. An `index.json` that is there is replaced.
 * The lifecycle reads only layouts with exactly one image.
 */
export async function writeLayout(
  directory: string,
  images: readonly Image[],
  options: LayoutOptions = {},
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const image of images) await writeBlobs(directory, image, options);
  const manifests = images.map((image) => indexDescriptor(image, options));
  await writeFileWhole(path.join(directory, 'oci-layout'), [Buffer.from(LAYOUT_MARKER)]);
  await writeIndex(directory, manifests);
}

/** Writes `index.json`: the layout then consists of these manifests. Their blobs are there already (`addBlob`, `writeLayer`). */
export async function writeIndex(directory: string, manifests: readonly Descriptor[]): Promise<void> {
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
  await writeFileWhole(path.join(directory, 'index.json'), [Buffer.from(JSON.stringify(index))]);
}

async function writeBlobs(directory: string, image: Image, options: LayoutOptions): Promise<void> {
  const { sparse = false, blobs = [] } = options;
  const layers = image.manifest.layers.filter(({ digest }) => !sparse || blobs.includes(digest));
  await mapInParallel(layers, PARALLEL, (layer) => putBlob(directory, layer, () => image.source.open(layer)));
  await putBytes(directory, image.manifest.config, image.configBytes);
  await putBytes(directory, manifestDescriptor(image), image.raw.bytes);
}

async function putBytes(directory: string, descriptor: Descriptor, bytes: Uint8Array): Promise<void> {
  await putBlob(directory, descriptor, () => Promise.resolve(Readable.from([bytes])));
}

function manifestDescriptor({ raw }: Image): Descriptor {
  return { mediaType: raw.mediaType, digest: raw.digest, size: raw.bytes.length };
}

function indexDescriptor(image: Image, { annotations }: LayoutOptions): Descriptor {
  const { os, architecture, variant } = image.config;
  const platform = { os, architecture, ...optional('variant', variant) };
  return {
    ...manifestDescriptor(image),
    ...(os !== '' && architecture !== '' && { platform }),
    ...optional('annotations', annotations),
  };
}
