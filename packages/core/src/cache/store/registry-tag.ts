import { BuildpacksError } from '../../errors/index.ts';

/** What our tags begin with: images may be in the same repository. */
const PREFIX = 'buildpacks-ci-cache-';
/** With the prefix no longer than a tag may be (128), and only what a tag may hold. */
const KEY = /^[0-9a-z][0-9a-z-]{0,99}$/;

/** The tag of a cache's key. */
export function tagOf(key: string): string {
  if (!KEY.test(key)) throw new BuildpacksError('internal', `"${key}" is no key of a cache`);
  return `${PREFIX}${key}`;
}

/** The key whose tag this is; undefined for any other tag. */
export function keyOfTag(tag: string): string | undefined {
  const key = tag.slice(PREFIX.length);
  return tag.startsWith(PREFIX) && KEY.test(key) ? key : undefined;
}
