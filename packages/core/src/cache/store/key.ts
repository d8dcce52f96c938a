import { BuildpacksError } from '../../errors/index.ts';

/** What a tag and a file name may be, and short enough for a tag with a prefix (128). */
const KEY = /^[0-9a-z][0-9a-z-]{0,99}$/;

/** Whether a cache may have this key. */
export function isKey(name: string): boolean {
  return KEY.test(name);
}

/** @throws BuildpacksError `internal` when no cache may have this key */
export function requireKey(key: string): void {
  if (!isKey(key)) throw new BuildpacksError('internal', `"${key}" is no key of a cache`);
}
