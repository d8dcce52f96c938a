import { lstatSync } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes the folders to a place below `root`, which is made too and may itself be a link. Below it none is followed: what is in `root`
 * may have come with somebody's source code.
 *
 * @returns the link or file that stands where a folder must be, if one does
 */
export async function makeRealFolders(root: string, parts: readonly string[]): Promise<string | undefined> {
  await mkdir(root, { recursive: true });
  let folder = root;
  for (const part of parts) {
    folder = path.join(folder, part);
    await mkdir(folder).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
    if (!(await lstat(folder)).isDirectory()) return folder;
  }
  return undefined;
}

/** Whether it is a directory itself, and no link to one. */
export function isRealFolder(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The link or file that stands where one of the folders to a place below `root` must be; undefined when none does, or nothing is there. */
export function folderObstacle(root: string, parts: readonly string[]): string | undefined {
  const folders = parts.map((_, index) => path.join(root, ...parts.slice(0, index + 1)));
  const first = folders.find((folder) => !isRealFolder(folder));
  return first !== undefined && lstatSync(first, { throwIfNoEntry: false }) !== undefined ? first : undefined;
}
