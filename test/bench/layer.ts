import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TarItem } from '../../packages/core/src/archive/index.ts';
import { writeLayer, type WrittenLayer } from '../../packages/core/src/layout/index.ts';
import { hexOf } from '../../packages/core/src/reference/index.ts';
import { kept, keyOf } from './cache.ts';
import { codeKey } from './code-key.ts';

/** A gzip-compressed layer in the cache, not yet part of an image. */
export interface Layer extends WrittenLayer {
  /** What history says of it. */
  readonly createdBy: string;
  readonly file: string;
}

/**
 * The layer that `inputs` describe wholly, written when the cache lacks it: builders differ in a few small layers and share
 * the large ones.
 */
export async function keptLayer(
  createdBy: string,
  inputs: unknown,
  items: () => Iterable<TarItem> | AsyncIterable<TarItem> | Promise<Iterable<TarItem>>,
): Promise<Layer> {
  const directory = await kept(`layers/${keyOf(await codeKey(), createdBy, inputs)}`, async (folder) => {
    const written = await writeLayer(folder, await items());
    await writeFile(path.join(folder, 'layer.json'), JSON.stringify(written));
  });
  const { descriptor, diffId } = JSON.parse(await readFile(path.join(directory, 'layer.json'), 'utf8')) as WrittenLayer;
  return { descriptor, diffId, createdBy, file: path.join(directory, 'blobs', 'sha256', hexOf(descriptor.digest)) };
}

/** Puts the layer's blob into a layout: as a hard link, or as a copy on another file system. */
export async function placeLayer(layer: Layer, layout: string): Promise<void> {
  const blobs = path.join(layout, 'blobs', 'sha256');
  const blob = path.join(blobs, hexOf(layer.descriptor.digest));
  await mkdir(blobs, { recursive: true });
  if (existsSync(blob)) return;
  await link(layer.file, blob).catch(() => copyFile(layer.file, blob));
}
