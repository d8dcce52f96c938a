import { InputError } from '../errors/index.ts';
import { mirrorName } from '../mirrors/index.ts';
import { type ImageReference, parseReference } from '../reference/index.ts';

/**
 * The name under which an image stands in locks and bundles: in full, Docker Hub as `docker.io`, with the tag and the digest that were
 * asked for. `docker.io/library/busybox:1`, `registry.example/app@sha256:…`, `registry.example/app:1@sha256:…`.
 */
export function imageName(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.kind === 'digest' ? `@${reference.digest}` : '';
  return `${mirrorName(reference.repository)}${tag}${digest}`;
}

/** Reads such a name back; undefined when the text is none, or not written as `imageName` writes it. */
export function parseImageName(text: string): ImageReference | undefined {
  try {
    const reference = parseReference(text);
    return imageName(reference) === text ? reference : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** By code units: the same order on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
