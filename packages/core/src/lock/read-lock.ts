import path from 'node:path';
import { inputError } from '../errors/problems.ts';
import { DOES_NOT_EXIST, readSmallFile } from '../files/file-kind.ts';
import { type Lock, MAX_LOCK_SIZE } from './lock.ts';
import { parseLock } from './parse-lock.ts';

/** Which input names the lock, and what helps when there is none. */
interface LockInput {
  readonly input: string;
  readonly hint: string;
}

const OWN_LOCK: LockInput = { input: 'lock-file', hint: 'Make it with the same inputs: buildpacks-ci lock.' };

/**
 * Reads the lock of a build.
 *
 * @param text the file as the user wrote it, relative to `base`
 * @throws InputError when it is not there or not as it should be
 */
export function requireLock(text: string, base: string, { input, hint } = OWN_LOCK): Lock {
  const found = readLock(text, base, input);
  if (found !== undefined) return found;
  throw inputError(input, `"${text}" ${DOES_NOT_EXIST}`, hint);
}

/** As `requireLock`; undefined when there is no such file. */
export function readLock(text: string, base: string, input = OWN_LOCK.input): Lock | undefined {
  const bytes = readSmallFile(path.resolve(base, text), MAX_LOCK_SIZE);
  if (bytes === DOES_NOT_EXIST) return undefined;
  if (typeof bytes === 'string') throw inputError(input, `"${text}" ${bytes}`);
  return parseLock(bytes, text);
}
