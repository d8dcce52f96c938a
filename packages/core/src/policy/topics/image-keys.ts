import type { ImageFact, PolicyFacts } from '../facts.ts';
import { type ImagePattern, matchImage, parseImagePattern } from '../image-pattern.ts';
import type { TopicKey } from '../topic.ts';
import { listed, readPatterns } from './lists.ts';

/** Which images a key is about. */
export interface ImageSubject {
  /** For refusals: `the builder`. */
  readonly noun: string;
  /** For the documentation: `builders`. */
  readonly plural: string;
  readonly of: (facts: PolicyFacts) => readonly ImageFact[] | undefined;
}

export function allowImages({ noun, plural, of }: ImageSubject, example: string): TopicKey {
  return {
    name: 'allow',
    type: 'texts',
    description: `Only ${plural} that one of these [patterns](#patterns) matches.`,
    example,
    read(table, key) {
      const allowed = readPatterns(table, key, parseImagePattern);
      if (allowed === undefined) return undefined;
      return (facts) =>
        of(facts)
          ?.filter((image) => !allowed.some(({ pattern }) => mayBe(pattern, image)))
          .map(({ shown }) => `${noun} "${shown}" is not allowed; allowed: ${listed(allowed)}`);
    },
  };
}

export function denyImages({ noun, plural, of }: ImageSubject, example: string): TopicKey {
  return {
    name: 'deny',
    type: 'texts',
    description: `No ${plural} that one of these patterns matches, allowed or not.`,
    example,
    read(table, key) {
      const denied = readPatterns(table, key, parseImagePattern);
      if (denied === undefined) return undefined;
      return (facts) =>
        of(facts)?.flatMap((image) => {
          const found = denied.find(({ pattern }) => isDenied(pattern, image));
          return found === undefined
            ? []
            : [`${noun} "${image.shown}" is denied by "${found.text}"${doubt(found.pattern, image)}`];
        });
    },
  };
}

/** Before a registry was asked nothing is refused for what only it can tell. */
function mayBe(pattern: ImagePattern, image: ImageFact): boolean {
  const match = matchImage(pattern, image);
  return match === 'yes' || (match === 'maybe' && image.digests === undefined);
}

/** Once it was asked, what nobody can tell counts as denied. */
function isDenied(pattern: ImagePattern, image: ImageFact): boolean {
  const match = matchImage(pattern, image);
  return match === 'yes' || (match === 'maybe' && image.digests !== undefined);
}

function doubt(pattern: ImagePattern, image: ImageFact): string {
  return matchImage(pattern, image) === 'maybe' ? ', as far as can be told: it is not named by tag alone' : '';
}

/** @param what for the documentation */
export function requirePinned({ noun, of }: ImageSubject, what: string): TopicKey {
  return {
    name: 'pinned',
    type: 'flag',
    description: `\`true\`: ${what} named by digest, or taken from a lock.`,
    example: 'true',
    read(table, key) {
      if (!table.flag(key)) return undefined;
      return (facts) => {
        const images = of(facts);
        if (images === undefined || images.some(({ pinned }) => pinned === undefined)) return undefined;
        return images
          .filter(({ pinned }) => pinned === false)
          .map(({ shown }) => `${noun} "${shown}" has no digest; name it as …@sha256:…, or build with a lock`);
      };
    },
  };
}
