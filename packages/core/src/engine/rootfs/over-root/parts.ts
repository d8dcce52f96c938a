import { chmod, lstat, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../../errors/index.ts';
import { removeTree } from '../../../files/remove-tree.ts';
import { type BuildDirectory, IN_BUILD } from '../../../lifecycle/build-directory.ts';
import type { EnginePorts } from '../../ports.ts';
import { copyFolder, copyOutputs } from './copied-parts.ts';

const PARTS = Object.keys(IN_BUILD) as (keyof typeof IN_BUILD)[];
/** Those of the places that hold more than one part. */
const PARENTS = [...new Set(PARTS.map((part) => path.posix.dirname(IN_BUILD[part])))].filter(
  (folder) => folder !== '/',
);

/** The topmost folders that the parts of a build need for themselves. */
export const PLACES = [...new Set(PARTS.map((part) => `/${IN_BUILD[part].split('/')[1] ?? ''}`))];

/** The parts of a build, where the lifecycle looks for them. */
export interface PlacedParts {
  /** Puts them, or what counts of them, back into the build directory; what is left in their places goes. */
  putBack(): Promise<void>;
}

/**
 * Puts the parts of a build to where the lifecycle looks for them: moved, or copied when they are on another file system.
 *
 * @throws BuildpacksError when what a build left can't be copied back
 */
export async function placeParts(directory: BuildDirectory, ports: EnginePorts): Promise<PlacedParts> {
  const isMoved = await moveOrCopyIn(directory, ports).catch(async (error: unknown) => {
    await removeParts(ports);
    throw error;
  });
  return {
    putBack: async () => {
      try {
        await (isMoved ? moveOut(directory) : copyOutputs(directory, ports));
      } finally {
        await removeParts(ports);
      }
    },
  };
}

/** Removes what is in the places of a build's parts. */
export async function removeParts(ports: EnginePorts): Promise<void> {
  for (const place of PLACES)
    if ((await lstat(place).catch(() => undefined)) !== undefined) await removeTree(place, ports);
}

/** Makes a folder, and those that lead to it, that all may enter, whatever our umask is. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  for (let made = folder; first !== undefined && made.length >= first.length; made = path.posix.dirname(made))
    await chmod(made, 0o755);
}

/** True when they were moved. */
async function moveOrCopyIn(directory: BuildDirectory, ports: EnginePorts): Promise<boolean> {
  for (const folder of PARENTS) await makeFolder(folder);
  const isMoved = await moveIn(directory);
  if (!isMoved) for (const part of PARTS) await copyFolder(directory[part], IN_BUILD[part], ports);
  return isMoved;
}

/** False, and nothing is moved, when they are on another file system. */
async function moveIn(directory: BuildDirectory): Promise<boolean> {
  for (const part of PARTS) {
    try {
      await rename(directory[part], IN_BUILD[part]);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EXDEV' && part === PARTS[0]) return false;
      throw error;
    }
  }
  return true;
}

async function moveOut(directory: BuildDirectory): Promise<void> {
  for (const part of PARTS) {
    if (!(await lstat(IN_BUILD[part])).isDirectory())
      throw new BuildpacksError('image', `the build left no folder at "${IN_BUILD[part]}"`);
    await rename(IN_BUILD[part], directory[part]);
  }
}
