import type { Problems } from '../errors/problems.ts';
import { checkKey, readPairs } from './pairs.ts';
import type { InputReader } from './reader.ts';

/** What the lifecycle, a rebase and the next build read; Go's readers fold the case of some of them. */
const RESERVED = /^io\.buildpacks\./i;

/** The labels that the image gets beside those of the build; of a key given twice the later one counts, as with docker. */
export function readLabels(reader: InputReader, problems: Problems): Readonly<Record<string, string>> {
  const pairs = readPairs(reader, 'labels', problems).filter(({ key }) => {
    if (!RESERVED.test(key)) return checkKey(key, 'labels', problems);
    problems.report(
      'labels',
      `"${key}" is a label of the lifecycle, by which rebases and later builds know what is in the image`,
      'Choose a key that does not begin with io.buildpacks.',
    );
    return false;
  });
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
