import { copyFile, constants } from 'node:fs/promises';
import path from 'node:path';
import { imageBills } from '@buildpacks-ci/core';
import type { Folder } from './folder.ts';

/**
 * Copies the bills of materials of what is in the image to where GitLab's CycloneDX report takes them from.
 *
 * @param files absolute, or below `directory`
 * @returns their names
 */
export async function copyBills(
  files: readonly string[],
  directory: string,
  folder: Folder,
): Promise<readonly string[]> {
  const named = nameBills(imageBills(files, directory));
  for (const { file, name } of named)
    await copyFile(path.join(directory, file), folder.bill(name), constants.COPYFILE_EXCL);
  return named.map(({ name }) => path.basename(folder.bill(name)));
}

interface NamedBill {
  readonly file: string;
  /** `samples_nodejs-modules`, what stands in the file's name. */
  readonly name: string;
}

/** Buildpacks have named the folders. Two that come to one name get numbers. */
export function nameBills(files: readonly string[]): readonly NamedBill[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const folders = path.dirname(file).split('/').slice(1).join('-');
    const plain = folders.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, LONGEST) || 'image';
    const name = firstFree(plain, taken);
    taken.add(name);
    return { file, name };
  });
}

/** Characters of a name: file systems take 255 bytes in all. */
const LONGEST = 200;

function firstFree(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`;
  return free;
}
