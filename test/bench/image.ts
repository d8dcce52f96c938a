import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { addBlob, writeIndex } from '../../packages/core/src/layout/index.ts';
import { MEDIA_TYPE } from '../../packages/core/src/image/media-types.ts';
import type { Descriptor, Platform } from '../../packages/core/src/image/manifest.ts';
import type { Digest } from '../../packages/core/src/reference/index.ts';
import { type Layer, placeLayer } from './layer.ts';

/** Media types of which specification: OCI's, or those of Docker's registry (`docker push`, most public builders). */
export type ImageTypes = 'oci' | 'docker';

/** An image of the bench, kept as an OCI layout with this one image or index. */
export interface BenchImage {
  /** The layout's directory; treat it as read-only. */
  readonly layout: string;
  /** Of what the layout's `index.json` names: a manifest, or an index when one was asked for. */
  readonly digest: Digest;
  /** Of the manifest for this machine's platform. */
  readonly manifestDigest: Digest;
}

export interface ImageContent {
  readonly types: ImageTypes;
  readonly platform: Platform;
  readonly layers: readonly Layer[];
  /** The `config` object of the image configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const CREATED = '1980-01-01T00:00:01Z';

const TYPES = {
  oci: {
    index: MEDIA_TYPE.ociIndex,
    manifest: MEDIA_TYPE.ociManifest,
    config: MEDIA_TYPE.ociConfig,
    layer: MEDIA_TYPE.ociLayerGzip,
  },
  docker: {
    index: MEDIA_TYPE.dockerIndex,
    manifest: MEDIA_TYPE.dockerManifest,
    config: MEDIA_TYPE.dockerConfig,
    layer: MEDIA_TYPE.dockerLayer,
  },
} as const;

/** This machine's platform in the words of images, or one that claims another architecture. */
export function linux(architecture: string = process.arch === 'x64' ? 'amd64' : process.arch): Platform {
  return { os: 'linux', architecture };
}

/** Writes an image's blobs into the layout and gives its manifest's descriptor, to be named in an index. */
export async function addImage(layout: string, content: ImageContent): Promise<Descriptor & { platform: Platform }> {
  const types = TYPES[content.types];
  for (const layer of content.layers) await placeLayer(layer, layout);
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: await addJson(layout, types.config, configuration(content)),
    layers: content.layers.map(({ descriptor }) => ({ ...descriptor, mediaType: types.layer })),
    ...(content.annotations !== undefined && { annotations: content.annotations }),
  };
  const descriptor = await addJson(layout, types.manifest, manifest);
  return { ...descriptor, platform: content.platform };
}

/** Writes an image index of these manifests into the layout. */
export async function addIndex(
  layout: string,
  types: ImageTypes,
  manifests: readonly Descriptor[],
): Promise<Descriptor> {
  return addJson(layout, TYPES[types].index, { schemaVersion: 2, mediaType: TYPES[types].index, manifests });
}

/** Makes the layout consist of one image or index. */
export async function finishLayout(layout: string, descriptor: Descriptor): Promise<void> {
  await writeFile(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeIndex(layout, [descriptor]);
}

function configuration({ platform, config, layers }: ImageContent): object {
  return {
    architecture: platform.architecture,
    os: platform.os,
    created: CREATED,
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created: CREATED, created_by: createdBy })),
  };
}

async function addJson(layout: string, mediaType: string, value: object): Promise<Descriptor> {
  return addBlob(layout, [Buffer.from(JSON.stringify(value))], mediaType);
}
