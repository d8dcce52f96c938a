import type { Stats } from 'node:fs';
import { chmod, chown, lstat } from 'node:fs/promises';
import type { User } from '../user.ts';

const OWNER_ONLY = 0o7700;

/** A file or folder that was closed, as it was before. */
export interface ClosedDoor {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly isFolder: boolean;
}

/** Those of the paths that their mode and owner open to a user, as they are now. */
export async function openDoors(paths: readonly string[], user: User): Promise<readonly ClosedDoor[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const stats = await lstat(path).catch(() => undefined);
      if (stats === undefined || stats.isSymbolicLink() || !isOpenTo(stats, user)) return undefined;
      return { path, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, isFolder: stats.isDirectory() };
    }),
  );
  return found.filter((door) => door !== undefined);
}

/** Closes them to all but root. One that can't be closed stays open: whether it does is to be tried out. */
export async function closeDoors(doors: readonly ClosedDoor[], user: User): Promise<void> {
  for (const { path, mode, uid } of doors) {
    await chmod(path, mode & OWNER_ONLY).catch(() => undefined);
    if (uid === user.uid) await chown(path, 0, 0).catch(() => undefined);
  }
}

/** Opens them as they were. */
export async function reopenDoors(doors: readonly ClosedDoor[]): Promise<void> {
  for (const { path, mode, uid, gid } of doors) {
    const stats = await lstat(path).catch(() => undefined);
    if (stats === undefined || stats.isSymbolicLink()) continue;
    if (stats.uid !== uid) await chown(path, uid, gid).catch(() => undefined);
    await chmod(path, mode).catch(() => undefined);
  }
}

function isOpenTo({ mode, uid, gid }: Stats, user: User): boolean {
  return (mode & 0o007) !== 0 || uid === user.uid || (gid === user.gid && (mode & 0o070) !== 0);
}
