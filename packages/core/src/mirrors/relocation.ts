import { inputError } from '../errors/problems.ts';
import { type ImageReference, parseReference } from '../reference/index.ts';
import { isLocation, shownLocation } from './location.ts';
import { mirrorName } from './prefix.ts';

const INPUT = 'registry-prefix';

/**
 * Reads the input `registry-prefix`: what stands before the full names of images where a closed cluster has its copies of them.
 *
 * @returns `host[:port][/path]/`
 * @throws InputError
 */
export function parseRegistryPrefix(text: string): string {
  const shown = `"${shownLocation(text)}"`;
  if (!text.endsWith('/')) {
    throw inputError(
      INPUT,
      `${shown} does not end with a slash`,
      `Write ${shown.slice(1, -1)}/: names follow it as they are.`,
    );
  }
  if (isLocation(text.slice(0, -1))) return text;
  const hint = 'Write host[:port][/path]/ in lower case, without https://, as in registry.example/mirror/.';
  throw inputError(INPUT, `${shown} is no registry with an optional path`, hint);
}

/**
 * Where the copy of an image is: `registry.example/mirror/docker.io/library/busybox`. Undefined for images of the same registry, whose own
 * names must not lead to what somebody has carried in, and for a registry on a port of its own, since a path has no place for a colon.
 */
export function relocated(reference: ImageReference, prefix: string): ImageReference | undefined {
  const name = mirrorName(reference.repository);
  if (name.split('/', 1)[0] === prefix.split('/', 1)[0] || name.includes(':')) return undefined;
  return { ...reference, repository: parseReference(prefix + name).repository };
}
