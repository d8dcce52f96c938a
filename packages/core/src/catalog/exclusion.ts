import type { Problems } from '../errors/problems.ts';
import { globTest } from '../glob/glob.ts';
import { plainText } from '../log/terminal-text.ts';
import { imageFact, type ImagePattern, matchImage, parseImagePattern } from '../policy/index.ts';
import type { Log } from '../ports/index.ts';
import type { ImageReference } from '../reference/index.ts';

/** Which images are left alone, by their names. */
export interface Exclusion {
  readonly images: readonly { readonly text: string; readonly pattern: ImagePattern }[];
  /** With `*` for any characters. */
  readonly tags: readonly string[];
}

/** Reads `exclude`, patterns as policies have them, and `exclude-tags`. Names are all there is before a registry is asked: no digests. */
export function readExclusion(images: readonly string[], tags: readonly string[], problems: Problems): Exclusion {
  const patterns = images.flatMap((text) => {
    const pattern = parseImagePattern(text);
    if (typeof pattern !== 'string' && pattern.digest === undefined) return [{ text, pattern }];
    const message = typeof pattern === 'string' ? pattern : `"${text}" has a digest, and images are left out by name`;
    problems.report('exclude', message, 'Write for example registry.example/team/legacy or registry.example/*/web:1.*');
    return [];
  });
  return { images: patterns, tags };
}

/** Whether an image is left out. One that is named by its digest has no tag. */
function excluder({ images, tags }: Exclusion): (reference: ImageReference) => boolean {
  const tests = tags.map((pattern) => globTest(pattern, 'text'));
  return (reference) => {
    const { tag } = reference.kind === 'tag' ? reference : {};
    if (tag !== undefined && tests.some((fits) => fits(tag))) return true;
    const fact = imageFact(reference);
    return images.some(({ pattern }) => matchImage(pattern, fact) === 'yes');
  };
}

/**
 * Parts images by their names. Warns of what leaves out none: a slip in it would let an image go that somebody holds back.
 *
 * @returns in the order given
 */
export function withoutExcluded<T extends { readonly reference: ImageReference }>(
  items: readonly T[],
  exclusion: Exclusion,
  log: Pick<Log, 'warn'>,
): { readonly kept: readonly T[]; readonly excluded: readonly ImageReference[] } {
  const references = items.map(({ reference }) => reference);
  for (const { text, part } of partsOf(exclusion)) {
    if (!references.some(excluder(part))) log.warn(plainText(`no image is left out by "${text}"`));
  }
  const isExcluded = excluder(exclusion);
  return {
    kept: items.filter(({ reference }) => !isExcluded(reference)),
    excluded: references.filter(isExcluded),
  };
}

function partsOf({ images, tags }: Exclusion): readonly { readonly text: string; readonly part: Exclusion }[] {
  return [
    ...images.map((each) => ({ text: each.text, part: { images: [each], tags: [] } })),
    ...tags.map((text) => ({ text, part: { images: [], tags: [text] } })),
  ];
}
