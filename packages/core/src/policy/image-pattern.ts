import { InputError } from '../errors/index.ts';
import { globTest, type TextTest } from '../glob/glob.ts';
import { type Digest, isDigest, parseReference } from '../reference/index.ts';
import type { ImageFact } from './facts.ts';
import { policyName } from './image-name.ts';
import type { Match } from './match.ts';

/** Which images a rule means: `registry.example/base/*`, `docker.io/library/busybox:1.*`, `registry.example/run@sha256:…`. */
export interface ImagePattern {
  readonly name: TextTest;
  readonly tag?: TextTest;
  readonly digest?: Digest;
}

const LOCAL = /^(?:docker:\/\/|oci:)/;

/** The pattern, or in words why the text is none. */
export function parseImagePattern(text: string): ImagePattern | string {
  if (LOCAL.test(text)) return { name: globTest(text, 'part') };
  const [named = '', digest, ...more] = text.split('@');
  if (digest !== undefined && (more.length > 0 || !isDigest(digest))) return `"${text}" has no digest after "@"`;
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const name = hasTag ? named.slice(0, colon) : named;
  if (!/^(?:\*+|[^/]*[.:*][^/]*\/.+|localhost\/.+)$/.test(name)) return `"${text}" does not begin with a registry`;
  return {
    name: globTest(fullPattern(name), 'part'),
    ...(hasTag && { tag: globTest(named.slice(colon + 1), 'part') }),
    ...(digest !== undefined && { digest }),
  };
}

/** Docker Hub has several names, and names without stars may be written as elsewhere. */
function fullPattern(name: string): string {
  if (!name.includes('*')) {
    try {
      return policyName(parseReference(name).repository);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return name.replace(/^([^/]*[^/:]):443\//, '$1/').replace(/^(?:index|registry-1)\.docker\.io\//, 'docker.io/');
}

/** `maybe` as long as the image's digest is not known, and where it is named by digest and a tag would decide. */
export function matchImage(pattern: ImagePattern, image: ImageFact): Match {
  if (!pattern.name(image.name)) return 'no';
  const answers = [tagMatch(pattern, image), digestMatch(pattern, image)];
  return answers.find((answer) => answer === 'no') ?? answers.find((answer) => answer === 'maybe') ?? 'yes';
}

function tagMatch({ tag }: ImagePattern, image: ImageFact): Match {
  if (tag === undefined) return 'yes';
  if (image.tag === undefined) return 'maybe';
  return tag(image.tag) ? 'yes' : 'no';
}

function digestMatch({ digest }: ImagePattern, { digests }: ImageFact): Match {
  if (digest === undefined) return 'yes';
  if (digests === undefined) return 'maybe';
  return digests.includes(digest) ? 'yes' : 'no';
}
