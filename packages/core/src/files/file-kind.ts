import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

export type FileKind = 'directory' | 'file' | 'other';

/** What is at a path, links followed; undefined when nothing is there or it can't be looked at. */
export function kindOf(file: string): FileKind | undefined {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return 'directory';
    return stats.isFile() ? 'file' : 'other';
  } catch {
    return undefined;
  }
}

/** What `readSmallFile` says where there is no such file. */
export const DOES_NOT_EXIST = 'does not exist';

/** A file's bytes, or in words why they can't be had: `does not exist`, `is a directory`, …. Never waits on a FIFO. */
export function readSmallFile(file: string, limit: number): Uint8Array | string {
  const kind = kindOf(file);
  if (kind === undefined) return absence(file);
  if (kind === 'directory') return 'is a directory';
  if (kind === 'other') return 'is no regular file';
  try {
    if (statSync(file).size > limit) return `has more than ${limit} bytes`;
    return new Uint8Array(readFileSync(file));
  } catch {
    return 'can not be read';
  }
}

/** Why nothing can be seen at a path. */
function absence(file: string): string {
  try {
    statSync(file);
    return 'can not be read';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return code === 'ENOENT' || code === 'ENOTDIR' ? DOES_NOT_EXIST : `can not be read (${code})`;
  }
}

/** Whether `file`, all links resolved, is `directory` or inside of it. */
export function isInside(file: string, directory: string): boolean {
  try {
    return isBelow(realpathSync(file), realpathSync(directory));
  } catch {
    return false;
  }
}

/** Whether an absolute path is `directory` or below it, as they are written. */
export function isBelow(file: string, directory: string): boolean {
  const relative = path.relative(directory, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** The directory that keeps something from being made at `file`, since we may not write there; undefined when nothing does. */
export function writeObstacle(file: string): string | undefined {
  const parent = kindOf(file) === 'directory' ? file : path.dirname(file);
  if (kindOf(parent) === undefined && parent !== path.dirname(parent)) return writeObstacle(parent);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return kindOf(parent) === 'directory' ? undefined : parent;
  } catch {
    return parent;
  }
}

/** Whether an existing directory has no entries. */
export function isEmptyDirectory(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch {
    return false;
  }
}

/** Where a file is, or would be if it were made: all links on the way followed. */
export function realPlace(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realPlace(parent), path.basename(file));
  }
}
