import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type TarItem, writeTar } from '../../../src/archive/index.ts';
import { parseBuilder, type Builder } from '../../../src/builder/metadata.ts';
import { type Descriptor, rawManifest } from '../../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { type Image, type ImageSource, readImage } from '../../../src/image/source.ts';

/** What an image of a test is made of; layers are uncompressed tars. */
export interface ImageParts {
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly env?: readonly string[];
  readonly os?: string;
  readonly layers?: readonly Buffer[];
}

/** An image in memory: real bytes with real digests. Labels that are no text are written as JSON. */
export async function imageOf(parts: ImageParts): Promise<Image> {
  const layers = parts.layers ?? [];
  const config = Buffer.from(
    JSON.stringify({
      os: parts.os ?? 'linux',
      architecture: 'amd64',
      config: {
        Env: parts.env ?? ['PATH=/bin', 'CNB_USER_ID=1001', 'CNB_GROUP_ID=1002'],
        Labels: Object.fromEntries(
          Object.entries(parts.labels ?? {}).map(([key, value]) => [
            key,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ),
      },
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    }),
  );
  const blobs = new Map([config, ...layers].map((bytes) => [digestOf(bytes), bytes]));
  const descriptor = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: descriptor(config, MEDIA_TYPE.ociConfig),
    layers: layers.map((layer) => descriptor(layer, MEDIA_TYPE.ociLayer)),
  };
  return readImage(sourceOf(blobs), rawManifest(Buffer.from(JSON.stringify(manifest)), MEDIA_TYPE.ociManifest));
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function tarOf(items: readonly TarItem[]): Promise<Buffer> {
  return buffer(writeTar(items));
}

function sourceOf(blobs: ReadonlyMap<string, Buffer>): ImageSource {
  return {
    name: 'registry.example/image',
    manifest: () => Promise.resolve(undefined),
    has: ({ digest }: Descriptor) => Promise.resolve(blobs.has(digest)),
    open: ({ digest }: Descriptor) => Promise.resolve(Readable.from([blobs.get(digest) ?? Buffer.alloc(0)])),
  };
}

export const METADATA = {
  description: 'Samples',
  buildpacks: [{ id: 'samples/nodejs', version: '0.1.0' }],
  stack: { runImage: { image: 'registry.example/run:stack', mirrors: ['mirror.example/run:stack'] } },
  images: [{ image: 'registry.example/run:base', mirrors: ['mirror.example/run:base'] }],
  lifecycle: {
    version: '0.21.14',
    api: { buildpack: '0.7', platform: '0.7' },
    apis: {
      buildpack: { deprecated: null, supported: ['0.10', '0.11', '0.12'] },
      platform: { deprecated: ['0.7'], supported: ['0.12', '0.13', '0.14', '0.15'] },
    },
  },
};

/** Labels of a builder with two groups and two versions of one buildpack. */
export const LABELS = {
  'io.buildpacks.builder.metadata': METADATA,
  'io.buildpacks.buildpack.order': [
    {
      group: [
        { id: 'samples/nodejs', version: '0.1.0' },
        { id: 'samples/procfile', optional: true },
      ],
    },
    { group: [{ id: 'samples/procfile', version: '1.0.0' }] },
  ],
  'io.buildpacks.buildpack.layers': {
    'samples/nodejs': { '0.1.0': { api: '0.10', layerDiffID: `sha256:${'1'.repeat(64)}` } },
    'samples/procfile': { '1.0.0': { api: '0.10', layerDiffID: `sha256:${'2'.repeat(64)}` } },
    'samples/java': {
      '10.0.0': { api: '0.10', layerDiffID: `sha256:${'3'.repeat(64)}` },
      '9.0.0': { api: '0.10', layerDiffID: `sha256:${'4'.repeat(64)}` },
    },
  },
};

export async function builderOf(labels: Readonly<Record<string, unknown>> = {}): Promise<Builder> {
  return parseBuilder(await imageOf({ labels: { ...LABELS, ...labels } }), 'samples/builder');
}
