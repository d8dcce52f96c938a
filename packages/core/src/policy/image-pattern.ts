import { InputError } from '../errors/index.ts';
import { mirrorName } from '../mirrors/index.ts';
import { type Digest, isDigest, parseReference } from '../reference/index.ts';
import type { ImageFact } from './facts.ts';
import { globExpression } from './glob.ts';

/** Which images a rule means: `registry.example/base/*`, `docker.io/library/busybox:1.*`, `registry.example/run@sha256:…`. */
export interface ImagePattern {
  readonly name: RegExp;
  readonly tag?: RegExp;
  readonly digest?: Digest;
}

/** `maybe` as long as the image's digest is not known. */
export type Match = 'yes' | 'no' | 'maybe';

const LOCAL = /^(?:docker:\/\/|oci:)/;

/** The pattern, or in words why the text is none. */
export function parseImagePattern(text: string): ImagePattern | string {
  if (LOCAL.test(text)) return { name: globExpression(text, 'part') };
  const [named = '', digest, ...more] = text.split('@');
  if (digest !== undefined && (more.length > 0 || !isDigest(digest))) return `"${text}" has no digest after "@"`;
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const name = hasTag ? named.slice(0, colon) : named;
  if (!/^(?:\*+|[^/]*[.:*][^/]*\/.+|localhost\/.+)$/.test(name)) return `"${text}" does not begin with a registry`;
  return {
    name: globExpression(fullPattern(name), 'part'),
    ...(hasTag && { tag: globExpression(named.slice(colon + 1), 'part') }),
    ...(digest !== undefined && { digest }),
  };
}

/** Docker Hub has several names, and names without stars may be written as elsewhere. */
function fullPattern(name: string): string {
  if (!name.includes('*')) {
    try {
      return mirrorName(parseReference(name).repository);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return name.replace(/^(?:index|registry-1)\.docker\.io\//, 'docker.io/');
}

export function matchImage(pattern: ImagePattern, image: ImageFact): Match {
  if (!pattern.name.test(image.name)) return 'no';
  if (pattern.tag !== undefined && (image.tag === undefined || !pattern.tag.test(image.tag))) return 'no';
  if (pattern.digest === undefined) return 'yes';
  if (image.digests === undefined) return 'maybe';
  return image.digests.includes(pattern.digest) ? 'yes' : 'no';
}
