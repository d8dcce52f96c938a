import { renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileItem } from '../../src/archive/index.ts';
import type { Image } from '../../src/image/source.ts';
import { writeLayout } from '../../src/layout/index.ts';
import { type Digest, hexOf } from '../../src/reference/index.ts';
import { imageWith } from '../archive/image.ts';
import { temporaryDirectory } from '../archive/support.ts';

/** An image of two layers. */
export function sample(): Promise<Image> {
  return imageWith([fileItem('lower', 'lower')], [fileItem('upper', 'upper')]);
}

/** A layout of these images, or of the sample; `image` is the first. */
export async function layoutOf(images?: readonly Image[]): Promise<{ directory: string; image: Image }> {
  const directory = path.join(temporaryDirectory(), 'layout');
  const first = await sample();
  const all = images ?? [first];
  await writeLayout(directory, all);
  return { directory, image: all[0] ?? first };
}

export function blobFile(directory: string, digest: Digest): string {
  return path.join(directory, 'blobs/sha256', hexOf(digest));
}

/** What a hostile process may put in the place of a file or folder: a link to the same content elsewhere. */
export function linkAway(file: string): void {
  renameSync(file, `${file}.elsewhere`);
  symlinkSync(`${file}.elsewhere`, file);
}
