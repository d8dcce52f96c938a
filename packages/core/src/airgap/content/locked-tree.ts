import { imageName } from '../../lock/image-name.ts';
import { type LockedImage, platformIndex } from '../../lock/lock.ts';
import type { Digest } from '../../reference/index.ts';
import type { ImageTree } from './image-tree.ts';
import type { PlatformChoice } from './platform-choice.ts';

/** A platform's manifest that the lock names, that was chosen, and that the image has not; undefined when all is as the lock says. */
export function missingManifest(image: LockedImage, tree: ImageTree, choice: PlatformChoice): Digest | undefined {
  const found = new Set(tree.manifests.map(({ digest }) => digest));
  const due = choice.childrenOf(platformIndex(image), imageName(image.reference));
  return due.find(({ digest }) => !found.has(digest))?.digest;
}
