import { inputError, Problems } from '../errors/problems.ts';
import type { ImageReference } from '../reference/index.ts';
import { parseRegistryImage } from './image-name.ts';

/**
 * Reads a list of images: a reference on each line; blank lines and what follows a `#` at the beginning of a line or after a blank are
 * left out.
 *
 * @param file where the text is from, for the places of problems
 * @throws InputError with every line that is no image on a registry, or when there is none
 */
export function parseImageList(text: string, file: string): readonly ImageReference[] {
  const problems = new Problems();
  const references = text.split(/\r?\n/).flatMap((line, index): readonly ImageReference[] => {
    const name = line.replace(/(^|\s)#.*$/, '').trim();
    if (name === '') return [];
    const reference = problems.attempt(() => parseRegistryImage(name, 'list'), { file, line: index + 1 });
    return reference === undefined ? [] : [reference];
  });
  problems.throwIfAny();
  if (references.length > 0) return references;
  throw inputError('list', `"${file}" names no image`, 'Write one on each line; what follows a # is a comment.');
}
