import type { Problems } from '../errors/problems.ts';
import { checkKey, readPairs } from './pairs.ts';
import type { InputReader } from './reader.ts';

/** Where an annotation may stand, by the names of buildx and docker/metadata-action. */
const LEVELS = ['manifest', 'index', 'manifest-descriptor', 'index-descriptor'] as const;

type Level = (typeof LEVELS)[number];

/**
 * The annotations of the image's manifest: `K=V`, or `LEVEL[,LEVEL]:K=V` as docker/metadata-action writes them. An index is not
 * made, so that what is for one or for the descriptors in it has no place; a notice tells so.
 */
export function readAnnotations(reader: InputReader, problems: Problems): Readonly<Record<string, string>> {
  const placeless = new Set<Level>();
  const kept = readPairs(reader, 'annotations', problems).flatMap(({ key, value }) => {
    const { levels, name } = splitLevels(key);
    const unknown = levels.find((level) => !isLevel(level));
    if (unknown !== undefined) reportLevel(unknown, key, problems);
    else if (checkKey(name, 'annotations', problems)) {
      if (levels.length === 0 || levels.includes('manifest')) return [[name, value] as const];
      for (const level of levels.filter(isLevel)) placeless.add(level);
    }
    return [];
  });
  if (placeless.size > 0) {
    const names = LEVELS.filter((level) => placeless.has(level)).join(' and ');
    problems.notice(`annotations: those for ${names} are left out, since one image and no index is published`);
  }
  return Object.fromEntries(kept);
}

/** `manifest,index:a.b` is for two levels; a key of its own has no colon. */
function splitLevels(key: string): { readonly levels: readonly string[]; readonly name: string } {
  const colon = key.indexOf(':');
  if (colon === -1) return { levels: [], name: key };
  return { levels: key.slice(0, colon).split(','), name: key.slice(colon + 1) };
}

function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

function reportLevel(level: string, key: string, problems: Problems): void {
  const platform = level.includes('[');
  problems.report(
    'annotations',
    `"${key.slice(0, 80)}" is for ${JSON.stringify(level.slice(0, 40))}, which is no level of an annotation`,
    platform
      ? 'Leave the platform in brackets out: one run builds for one platform.'
      : `The levels are ${LEVELS.join(', ')}; a key itself has no colon.`,
  );
}
