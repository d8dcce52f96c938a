import type { NamedTree } from '../content/image-tree.ts';
import { imageName } from '../../lock/image-name.ts';
import type { Lock, LockedPlatform } from '../../lock/lock.ts';
import type { ImageReference, Repository } from '../../reference/index.ts';

/**
 * The names by digest under which an image can be pulled once it is loaded. Of an index that is not whole, which few registries take,
 * these are its platforms' images.
 *
 * @param repository where the image lies then
 */
export function pullReferences(image: NamedTree, lock: Lock, repository: Repository): readonly ImageReference[] {
  const { isSparse, root } = image.tree;
  const digests = isSparse ? broughtPlatforms(image, lock).map(({ digest }) => digest) : [root.digest];
  return digests.map((digest) => ({ kind: 'digest', repository, digest }));
}

/** The platforms of a locked image that a bundle has. */
export function broughtPlatforms({ reference, tree }: NamedTree, { images }: Lock): readonly LockedPlatform[] {
  const name = imageName(reference);
  const platforms = images.find((image) => imageName(image.reference) === name)?.platforms ?? [];
  const brought = new Set(tree.manifests.map(({ digest }) => digest));
  return platforms.filter(({ digest }) => brought.has(digest));
}
