import path from 'node:path';
import { inputError } from '../errors/problems.ts';
import { isBelow, realPlace } from '../files/file-kind.ts';

/** Where relative paths start, and whether what stands there may be a stranger's. */
export interface Surroundings {
  readonly workingDirectory: string;
  readonly untrusted: boolean;
  /** Folders that buildpacks get nothing of, whoever asks, absolute: with credentials, or with the build itself. Absent: none. */
  readonly ownPlaces?: readonly string[];
}

/**
 * Where something is that buildpacks get to see; absolute. In an untrusted run the working directory may hold somebody's pull request,
 * and a link in it must not lead to what else this machine has, nor to credentials in `.git`.
 *
 * @param text as the input has it
 * @throws InputError when an untrusted run would follow such a link, and when it leads into one of our own places or above it
 */
export function sourcePlace(text: string, surroundings: Surroundings, input: string): string {
  const { workingDirectory, untrusted, ownPlaces = [] } = surroundings;
  const absolute = path.resolve(workingDirectory, text);
  const real = realPlace(absolute);
  const own = ownPlaces.find((place) => share(real, realPlace(place)));
  if (own !== undefined) {
    const hint = 'Name something of the app, by a path that no link leads away from it.';
    throw inputError(input, `"${text}" leads to "${own}", which buildpacks get nothing of`, hint);
  }
  if (!untrusted || !isBelow(absolute, workingDirectory)) return absolute;
  const straight = path.join(realPlace(workingDirectory), path.relative(workingDirectory, absolute));
  if (real === straight) return absolute;
  throw inputError(
    input,
    `"${text}" leads elsewhere by a link, which an untrusted run does not follow`,
    'Put what it leads to in its place, or write the path without a link.',
  );
}

/** Whether one of two places holds the other. */
function share(one: string, other: string): boolean {
  return isBelow(one, other) || isBelow(other, one);
}
