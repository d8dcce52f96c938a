import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { compressionOf, decompressed, fileItem, type TarItem } from '../../archive/index.ts';
import type { Descriptor } from '../../image/manifest.ts';
import type { Image } from '../../image/source.ts';
import { hexOf } from '../../reference/index.ts';

interface ArchiveOptions {
  /** Where a layer that must be decompressed first may lie for a while. */
  readonly temporary: string;
  /** Bytes of layers so far, and in all. */
  readonly onProgress: (done: number, total: number) => void;
}

/** No layer of an image that engines can hold is larger. */
const MAX_LAYER = 64 * 1024 ** 3;

/**
 * The image in the format of `docker save` (moby, `image/spec/v1.2.md`), which Docker 20.10 and Podman load; they take gzip layers as
 * they are. zstd is unknown to older ones and goes in decompressed.
 */
export async function* dockerArchiveItems(
  image: Image,
  names: readonly string[],
  options: ArchiveOptions,
): AsyncGenerator<TarItem> {
  const { config, layers } = image.manifest;
  const configName = `${hexOf(config.digest)}.json`;
  const manifest = [{ Config: configName, RepoTags: names, Layers: layers.map(layerName) }];
  yield fileItem('manifest.json', JSON.stringify(manifest));
  yield fileItem(configName, image.configBytes);

  const different = [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
  const total = different.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const layer of different) {
    if (compressionOf(layer.mediaType) === 'zstd') yield* decompressedItem(image, layer, options.temporary);
    else yield layerItem(layer, image);
    options.onProgress((done += layer.size), total);
  }
}

function layerName({ digest }: Descriptor): string {
  return `${hexOf(digest)}.tar`;
}

function layerItem(layer: Descriptor, { source }: Image): TarItem {
  const { entry } = fileItem(layerName(layer), '');
  return { entry: { ...entry, size: layer.size }, content: opened(() => source.open(layer)) };
}

/** A tar header needs the size, which is known only after decompression. */
async function* decompressedItem({ source }: Image, layer: Descriptor, temporary: string): AsyncGenerator<TarItem> {
  const directory = await mkdtemp(path.join(temporary, 'buildpacks-ci-layer-'));
  try {
    const file = path.join(directory, 'layer.tar');
    await pipeline(decompressed(await source.open(layer), 'zstd', MAX_LAYER), createWriteStream(file));
    const { size } = await stat(file);
    const { entry } = fileItem(layerName(layer), '');
    yield { entry: { ...entry, size }, content: createReadStream(file) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Opens only when it is read. */
async function* opened(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  yield* await open();
}
