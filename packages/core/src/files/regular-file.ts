import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../errors/index.ts';

/** The file's facts when it is a regular file in real folders, else undefined. */
export async function statRegularFile(root: string, parts: readonly string[]): Promise<Stats | undefined> {
  if (!(await foldersAreReal(root, parts))) return undefined;
  const stats = await statOf(path.join(root, ...parts));
  return stats?.isFile() ? stats : undefined;
}

/**
 * Opens a regular file for reading in a directory that may be hostile: no link is followed below `root`, and a pipe or a
 * device is refused before it can block. Undefined when there is nothing of that name.
 *
 * @throws BuildpacksError `image` when there is something else than a regular file
 */
export async function openRegularFile(root: string, parts: readonly string[]): Promise<FileHandle | undefined> {
  const file = path.join(root, ...parts);
  if (!(await foldersAreReal(root, parts))) {
    const missing = (await statOf(file)) === undefined;
    if (missing) return undefined;
    throw irregular(file);
  }
  const handle = await openFile(file);
  if (handle === undefined) return undefined;
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw irregular(file);
}

async function openFile(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ELOOP' || codeOf(error) === 'ENXIO') throw irregular(file, error);
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Reads a whole small file as `openRegularFile` opens it; refuses more than `maxBytes`. */
export async function readRegularFile(
  root: string,
  parts: readonly string[],
  maxBytes: number,
): Promise<Buffer | undefined> {
  const handle = await openRegularFile(root, parts);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) throw new BuildpacksError('image', `"${path.join(root, ...parts)}" has ${size} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function foldersAreReal(root: string, parts: readonly string[]): Promise<boolean> {
  for (let depth = 1; depth < parts.length; depth++) {
    const stats = await statOf(path.join(root, ...parts.slice(0, depth)));
    if (!stats?.isDirectory()) return false;
  }
  return true;
}

function irregular(file: string, cause?: unknown): BuildpacksError {
  return new BuildpacksError('image', `"${file}" is not a regular file in real folders`, { cause });
}

async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
