import type { Readable } from 'node:stream';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { removeTree } from '../../../files/remove-tree.ts';
import type { EnginePorts } from '../../ports.ts';
import { scriptPrograms } from '../tool-folder.ts';
import type { User } from '../user.ts';
import { FIND_WRITABLE } from './scripts.ts';
import { isWithin, SCRATCH } from './surroundings.ts';

interface FolderFacts {
  readonly owner: string;
  readonly names: readonly string[];
}

/** What a user may write to, and how it was: with it, what a build changed can be found without looking at all files. */
export interface WritablePlaces {
  readonly user: User;
  readonly folders: Readonly<Record<string, FolderFacts>>;
  /** The time of the last change (ctime) in milliseconds, which nobody can set back. */
  readonly files: Readonly<Record<string, number>>;
}

/** Lists what the user may write to on the root's file system. `foreign` places, which will be closed, are left out. */
export async function listWritable(
  user: User,
  foreign: readonly string[],
  ports: EnginePorts,
): Promise<WritablePlaces> {
  const folders: Record<string, FolderFacts> = {};
  const files: Record<string, number> = {};
  const passedOver = [...foreign, ...SCRATCH];
  for (const place of await findWritable(user, ports)) {
    if (passedOver.some((other) => isWithin(place, other))) continue;
    const stats = await lstat(place).catch(() => undefined);
    if (stats === undefined) continue;
    if (stats.isDirectory()) folders[place] = { owner: ownerOf(stats), names: await readdir(place) };
    else files[place] = stats.ctimeMs;
  }
  return { user, folders, files };
}

/**
 * Removes what a build left where its user may write, and finds out whether it changed anything of the builder's.
 *
 * @returns true when all is as it was
 */
export async function restoreWritable(places: WritablePlaces, ports: EnginePorts): Promise<boolean> {
  const { user } = places;
  for (const folder of SCRATCH) await removeFilesOf(user, folder, [], ports);
  let isWhole = true;
  for (const [folder, { owner, names }] of Object.entries(places.folders)) {
    const stats = await lstat(folder).catch(() => undefined);
    if (stats?.isDirectory() !== true || ownerOf(stats) !== owner) isWhole = false;
    else if (!(await removeFilesOf(user, folder, names, ports))) isWhole = false;
  }
  for (const [file, changed] of Object.entries(places.files)) {
    const stats = await lstat(file).catch(() => undefined);
    if (stats?.ctimeMs !== changed) isWhole = false;
  }
  return isWhole;
}

/** Removes the user's entries of a folder but for those named. False when one of these is missing. */
async function removeFilesOf(
  user: User,
  folder: string,
  names: readonly string[],
  ports: EnginePorts,
): Promise<boolean> {
  const there = new Set(await readdir(folder).catch(() => []));
  const before = new Set(names);
  for (const name of there) {
    const entry = path.join(folder, name);
    if (before.has(name) || (await lstat(entry).catch(() => undefined))?.uid !== user.uid) continue;
    await removeTree(entry, ports);
  }
  return names.every((name) => there.has(name));
}

async function findWritable({ uid, gid }: User, { processes, signal }: EnginePorts): Promise<readonly string[]> {
  const { shell, environment } = scriptPrograms();
  let found = '';
  await processes.run({
    file: shell,
    args: ['-c', FIND_WRITABLE, shell, String(uid), String(gid)],
    environment,
    signal,
    onStdout: async (stdout: Readable) => {
      found = await text(stdout);
    },
  });
  return found.split('\0').filter((place) => place !== '');
}

function ownerOf({ uid, gid, mode }: { readonly uid: number; readonly gid: number; readonly mode: number }): string {
  return `${uid}:${gid} ${mode.toString(8)}`;
}
