import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { compressed, type Compression } from '../archive/compression.ts';
import type { TarItem } from '../archive/tar-entry.ts';
import { writeTar } from '../archive/tar-writer.ts';
import type { Descriptor } from '../image/manifest.ts';
import { MEDIA_TYPE } from '../image/media-types.ts';
import type { Digest } from '../reference/index.ts';
import { addBlob } from './blob-store.ts';

const LAYER_TYPES: Readonly<Record<Compression, string>> = {
  none: MEDIA_TYPE.ociLayer,
  gzip: MEDIA_TYPE.ociLayerGzip,
  zstd: MEDIA_TYPE.ociLayerZstd,
};

export interface LayerOptions {
  /** Default gzip. */
  readonly compression?: Compression;
  /** Default: the OCI type of the compression. */
  readonly mediaType?: string;
}

export interface WrittenLayer {
  readonly descriptor: Descriptor;
  /** The digest of the uncompressed tar, for `rootfs.diff_ids`. */
  readonly diffId: Digest;
}

/** Writes items as a layer blob of the layout, in one pass. */
export async function writeLayer(
  directory: string,
  items: Iterable<TarItem> | AsyncIterable<TarItem>,
  options: LayerOptions = {},
): Promise<WrittenLayer> {
  const compression = options.compression ?? 'gzip';
  const hash = createHash('sha256');
  const tar = Readable.from(
    hashed(writeTar(items), (chunk) => hash.update(chunk)),
    { objectMode: false },
  );
  const mediaType = options.mediaType ?? LAYER_TYPES[compression];
  const descriptor = await addBlob(directory, compressed(tar, compression), mediaType);
  return { descriptor, diffId: `sha256:${hash.digest('hex')}` };
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  update: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    update(chunk);
    yield chunk;
  }
}
