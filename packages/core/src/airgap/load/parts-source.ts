import path from 'node:path';
import { inputError } from '../../errors/problems.ts';
import { kindOf, readSmallFile } from '../../files/file-kind.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import { statRegularFile } from '../../files/regular-file.ts';
import { hashOfFile } from '../content/content-hash.ts';
import { parseParts, type Part } from '../content/parts.ts';
import { Segments } from '../content/segments.ts';
import type { BundleSource } from './bundle-source.ts';
import { openTarSource } from './tar-source.ts';

const MAX_LIST_SIZE = 4 * 1024 * 1024;
/** Parts that are hashed at once. */
const AT_ONCE = 2;

/**
 * Opens a bundle in parts, of which the list is given. Each is hashed first, so that a bad copy is told by the part's name.
 *
 * @throws InputError when the list is not as `bundle` writes it
 */
export async function openPartsSource(list: string, name: string): Promise<BundleSource> {
  const bytes = readSmallFile(list, MAX_LIST_SIZE);
  if (typeof bytes === 'string') throw inputError('bundle', `"${path.basename(list)}" ${bytes}`);
  const { size, partSize, parts } = parseParts(bytes, path.basename(list));
  const folder = path.dirname(list);
  const damages = await damagesOf(folder, parts);
  const files = parts.map(({ file }) => path.join(folder, file));
  const segments = new Segments(files, partSize, 'r');
  if (damages.length === 0) return openTarSource({ name, segments, size });
  // With a part that is not as it was written, what is in the tar tells nothing more.
  return { name, files: new Map(), damages, open: () => segments.range(0, 0), close: () => segments.close() };
}

/** What is missing or cut off is told at once: to hash the rest takes as long as to read the medium. */
async function damagesOf(folder: string, parts: readonly Part[]): Promise<readonly string[]> {
  for (const look of [sizeDamage, contentDamage]) {
    const found = await mapInParallel(parts, AT_ONCE, (part) => look(folder, part));
    const damages = found.filter((one) => one !== undefined);
    if (damages.length > 0) return damages;
  }
  return [];
}

async function sizeDamage(folder: string, { file, size }: Part): Promise<string | undefined> {
  if (kindOf(path.join(folder, file)) === undefined) return `${file}: it is missing`;
  const stats = await statRegularFile(folder, [file]);
  if (stats === undefined) return `${file}: it is no regular file`;
  return stats.size === size ? undefined : `${file}: it has ${stats.size} bytes instead of ${size}`;
}

async function contentDamage(folder: string, { file, digest }: Part): Promise<string | undefined> {
  const found = await hashOfFile(path.join(folder, file));
  return found.digest === digest ? undefined : `${file}: expected ${digest}, found ${found.digest}`;
}
