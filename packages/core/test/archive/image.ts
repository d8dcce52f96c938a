import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Compression, TarItem } from '../../src/archive/index.ts';
import { type Descriptor, parseImageConfig, parseManifest, rawManifest } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import type { Image } from '../../src/image/source.ts';
import { type Digest, digestOf } from '../../src/reference/index.ts';
import { tarOf } from './support.ts';

const PACKERS: Readonly<Record<Compression, { type: string; pack: (bytes: Uint8Array) => Uint8Array }>> = {
  none: { type: MEDIA_TYPE.ociLayer, pack: (bytes) => bytes },
  gzip: { type: MEDIA_TYPE.ociLayerGzip, pack: (bytes) => gzipSync(bytes) },
  zstd: { type: MEDIA_TYPE.ociLayerZstd, pack: (bytes) => zstdCompressSync(bytes) },
};

export interface LayerFacts {
  readonly tar: Uint8Array;
  readonly compression?: Compression;
  /** Instead of the tar's own. */
  readonly diffId?: Digest;
}

/** An image in memory whose source gives blobs as they are, in small chunks. */
export function imageOf(layers: readonly LayerFacts[], platform: { architecture?: string } = {}): Image {
  const blobs = new Map<Digest, Uint8Array>();
  const put = (bytes: Uint8Array, mediaType: string): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const descriptors = layers.map(({ tar, compression = 'gzip' }) => {
    const { type, pack } = PACKERS[compression];
    return put(pack(tar), type);
  });
  const diffIds = layers.map(({ tar, diffId }) => diffId ?? digestOf(tar));
  const configuration = {
    os: 'linux',
    architecture: 'amd64',
    ...platform,
    config: {},
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
  const configBytes = Buffer.from(JSON.stringify(configuration));
  const mediaType = MEDIA_TYPE.ociManifest;
  const manifest = { schemaVersion: 2, mediaType, config: put(configBytes, MEDIA_TYPE.ociConfig), layers: descriptors };
  const raw = rawManifest(Buffer.from(JSON.stringify(manifest)), mediaType);
  return {
    raw,
    manifest: parseManifest(raw),
    configBytes,
    config: parseImageConfig(configBytes),
    source: {
      name: 'memory',
      manifest: () => Promise.resolve(raw),
      has: ({ digest }) => Promise.resolve(blobs.has(digest)),
      open: ({ digest }) => {
        const bytes = blobs.get(digest);
        return bytes ? Promise.resolve(Readable.from([bytes])) : Promise.reject(new Error(`no ${digest}`));
      },
    },
  };
}

/** An image with these layers, lowest first. */
export async function imageWith(...layers: readonly (readonly TarItem[])[]): Promise<Image> {
  return imageOf(await Promise.all(layers.map(async (items) => ({ tar: await tarOf(items) }))));
}
