import { lstat, mkdir, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../../errors/index.ts';
import { removeTree } from '../../../files/remove-tree.ts';
import { type BuildDirectory, IN_BUILD } from '../../../lifecycle/build-directory.ts';
import type { EnginePorts } from '../../ports.ts';

const PARTS = Object.keys(IN_BUILD) as (keyof typeof IN_BUILD)[];
/** Those of the places that hold more than one part. */
const PARENTS = [...new Set(PARTS.map((part) => path.posix.dirname(IN_BUILD[part])))].filter(
  (folder) => folder !== '/',
);

/** The topmost folders that the parts of a build need for themselves. */
export const PLACES = [...new Set(PARTS.map((part) => `/${IN_BUILD[part].split('/')[1] ?? ''}`))];

/**
 * Moves the parts of a build to where the lifecycle looks for them.
 *
 * @throws BuildpacksError `engine` when they are on another file system
 */
export async function moveIn(directory: BuildDirectory): Promise<void> {
  for (const folder of PARENTS) await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const part of PARTS) await move(directory[part], IN_BUILD[part], directory);
}

/** Moves back those that are there, whole or not. */
export async function moveOut(directory: BuildDirectory): Promise<void> {
  for (const part of PARTS) {
    if (await exists(IN_BUILD[part])) await move(IN_BUILD[part], directory[part], directory);
  }
  for (const folder of PARENTS) await rmdir(folder).catch(() => undefined);
}

/** Removes what a build that was killed left in their places. */
export async function removeParts(ports: EnginePorts): Promise<void> {
  for (const place of PLACES) if (await exists(place)) await removeTree(place, ports);
}

async function move(from: string, to: string, { root }: BuildDirectory): Promise<void> {
  await rename(from, to).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    throw new BuildpacksError(
      'engine',
      `"${root}" is on another file system than "/", where this build needs its files`,
      {
        hint: 'Give it a folder where nothing is mounted (TMPDIR, or build-directory).',
        cause: error,
      },
    );
  });
}

async function exists(place: string): Promise<boolean> {
  return (await lstat(place).catch(() => undefined)) !== undefined;
}
