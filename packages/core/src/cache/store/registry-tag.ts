import { isKey, requireKey } from './key.ts';

/** What our tags begin with: images may be in the same repository. */
const PREFIX = 'buildpacks-ci-cache-';

/** The tag of a cache's key. */
export function tagOf(key: string): string {
  requireKey(key);
  return `${PREFIX}${key}`;
}

/** The key whose tag this is; undefined for any other tag. */
export function keyOfTag(tag: string): string | undefined {
  const key = tag.slice(PREFIX.length);
  return tag.startsWith(PREFIX) && isKey(key) ? key : undefined;
}
