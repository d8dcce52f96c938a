import { missingImage } from '../../build/prepare/missing-image.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { imageName } from '../../lock/image-name.ts';
import { findLocked, type Lock } from '../../lock/lock.ts';
import type { Log } from '../../ports/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import type { FoundImage, ImageFinder } from './image-finder.ts';

/** What images are looked up with. */
export interface LookUp {
  readonly finder: ImageFinder;
  readonly log: Log;
  /** The lock that there is. */
  readonly before: Lock | undefined;
  /** Whether what is in it stays there. */
  readonly isKept: boolean;
}

/** @throws InputError on `input` when the image does not exist */
export async function required(reference: ImageReference, input: string, finder: ImageFinder): Promise<FoundImage> {
  const found = await finder.find(reference);
  if (found === undefined) throw missingImage(reference, input, finder.places(reference));
  return found;
}

/**
 * A name that does not lead to an image is left out, but trouble on the way to one that was in the lock is no reason to forget it.
 *
 * @param what for the warning: `the run image`
 */
export async function readable(
  reference: ImageReference,
  what: string,
  { finder, log, before, isKept }: LookUp,
): Promise<FoundImage | undefined> {
  const wasThere = before !== undefined && findLocked(before, reference) !== undefined;
  let obstacle = 'it does not exist';
  try {
    const found = await finder.find(reference);
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
    if (error.code === 'temporary' && wasThere) throw error;
    obstacle = error.message;
  }
  const outcome = wasThere && isKept ? "can't be read, and stays in the lock" : 'is not in the lock';
  log.warn(`${what} ${imageName(reference)} ${outcome}: ${obstacle}`);
  return undefined;
}
