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
