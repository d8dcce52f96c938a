import { BuildpacksError } from '../../errors/index.ts';

/** The refusal of an index that is not what it must be. */
export function damagedIndex(why: string): BuildpacksError {
  return new BuildpacksError('image', `the cache index can't be used: ${why}`);
}
