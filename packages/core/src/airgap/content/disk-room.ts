import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../errors/index.ts';
import { kindOf } from '../../files/file-kind.ts';
import { formatSize } from '../../log/size.ts';

const HINT = 'Make room and run the same command again: what is there already is kept.';
/** The disk, or the user's part of it, is full; or the file system has no files of this size. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * Looks whether so many bytes fit before hours are spent on them.
 *
 * @returns bytes that are free
 * @throws BuildpacksError `machine` when they do not
 */
export async function requireRoom(output: string, bytes: number): Promise<number> {
  const place = kindOf(output) === 'directory' ? output : path.dirname(output);
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  if (bytes <= free) return free;
  const message = `"${output}" needs ${formatSize(bytes)} more, and its disk has ${formatSize(free)} left`;
  throw new BuildpacksError('machine', message, { hint: HINT });
}

/**
 * A full disk's error says neither what was written nor that nothing is lost.
 *
 * @param smaller what to do where the file system takes no file of this size
 */
export function explainFull(error: unknown, output: string, smaller = 'Write parts: --part-size=2GB.'): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!FULL.has(code)) return error;
  const reason = code === 'EFBIG' ? 'its file system takes no file of this size' : 'its disk is full';
  const hint = code === 'EFBIG' ? smaller : HINT;
  return new BuildpacksError('machine', `"${output}" can't be written: ${reason}`, { hint, cause: error });
}
