import type { Problems } from '../errors/problems.ts';
import { parseParallel } from '../inputs/parallel.ts';
import { readExclusion } from './exclusion.ts';
import { parsePlace } from './image-name.ts';
import type { ImageSelection } from './select-images.ts';

/** What says where images are looked for, and which of them count; as it was written. */
export interface SelectionInputs {
  /** `registry[/path]`: all images at and below it. */
  readonly prefixes: readonly string[];
  /** Tags that count there; `*` stands for any characters. */
  readonly tags: readonly string[];
  /** Patterns of images and of tags that are left out. */
  readonly exclude: readonly string[];
  readonly excludeTags: readonly string[];
  readonly parallel?: string | undefined;
}

/**
 * Reads it, and notes what is wrong.
 *
 * @param places the input that names places
 */
export function readSelectionInputs(
  { prefixes, tags, exclude, excludeTags, parallel }: SelectionInputs,
  places: string,
  problems: Problems,
): Pick<ImageSelection, 'below' | 'tags' | 'exclusion' | 'parallel'> {
  return {
    below: prefixes.flatMap((prefix) => problems.attempt(() => [parsePlace(prefix, places)]) ?? []),
    tags,
    exclusion: readExclusion(exclude, excludeTags, problems),
    parallel: parseParallel(parallel, problems),
  };
}
