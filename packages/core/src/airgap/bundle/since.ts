import { BuildpacksError } from '../../errors/index.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import type { OmittedBlob } from '../content/bundle-facts.ts';
import type { PlatformChoice } from '../content/platform-choice.ts';
import { imageName } from '../../lock/image-name.ts';
import type { Lock } from '../../lock/lock.ts';
import { lockDigest } from '../../lock/lock-json.ts';
import { readLocked } from './collect.ts';

const AT_ONCE = 3;

/** What a bundle of an earlier lock holds. */
export interface EarlierBundle {
  /** Of its lock (`lockDigest`). */
  readonly lock: Digest;
  readonly blobs: ReadonlyMap<Digest, OmittedBlob>;
}

/**
 * Finds out what a bundle of an earlier lock for the same platforms holds. An image that its registry has removed since tells nothing:
 * what it shares with the new ones is packed again.
 */
export async function readEarlier(
  earlier: Lock,
  choice: PlatformChoice,
  { registry, log }: { readonly registry: RegistryReader; readonly log: Log },
): Promise<EarlierBundle> {
  const trees = await mapInParallel(earlier.images, AT_ONCE, async (image) => {
    try {
      return await readLocked(image, choice, registry);
    } catch (error) {
      if (!(error instanceof BuildpacksError) || error.code !== 'image') throw error;
      log.warn(`of ${imageName(image.reference)} in the earlier lock nothing is left out: ${error.message}`);
      return undefined;
    }
  });
  const blobs = new Map<Digest, OmittedBlob>();
  for (const found of trees) {
    for (const { digest, size } of found?.tree.blobs ?? []) {
      if (found !== undefined && !blobs.has(digest))
        blobs.set(digest, { digest, size, repository: found.reference.repository });
    }
  }
  return { lock: lockDigest(earlier), blobs };
}
