import path from 'node:path';
import { inputError } from '../errors/problems.ts';
import { kindOf, readSmallFile } from '../files/file-kind.ts';
import { type Lock, MAX_LOCK_SIZE } from './lock.ts';
import { parseLock } from './parse-lock.ts';

/**
 * Reads the lock of a build.
 *
 * @param text the file as the user wrote it, relative to `base`
 * @throws InputError when it is not there or not as it should be
 */
export function requireLock(text: string, base: string): Lock {
  const found = readLock(text, base);
  if (found !== undefined) return found;
  throw inputError('lock-file', `"${text}" does not exist`, 'Make it with the same inputs: buildpacks-ci lock.');
}

/** As `requireLock`; undefined when there is no such file. */
export function readLock(text: string, base: string): Lock | undefined {
  const file = path.resolve(base, text);
  if (kindOf(file) === undefined) return undefined;
  const bytes = readSmallFile(file, MAX_LOCK_SIZE);
  if (typeof bytes === 'string') throw inputError('lock-file', `"${text}" ${bytes}`);
  return parseLock(bytes, text);
}
