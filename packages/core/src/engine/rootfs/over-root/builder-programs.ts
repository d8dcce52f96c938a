import { TOOL_FOLDER } from '../tool-folder.ts';
import { readState } from './state.ts';
import { isWithin } from './surroundings.ts';

/**
 * Whether a program that our PATH leads to came with a builder that lies over the root: it would run as root, with our environment, and
 * may call itself `git` or `docker-credential-…`. What was there before the builder is the job's own.
 */
export async function isBuildersProgram(file: string): Promise<boolean> {
  if (isWithin(file, TOOL_FOLDER)) return false;
  const occupant = await readState('occupant');
  return occupant !== undefined && !occupant.foreign.some((place) => isWithin(file, place));
}
