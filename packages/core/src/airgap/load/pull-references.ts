import type { NamedTree } from '../content/image-tree.ts';
import { imageName } from '../../lock/image-name.ts';
import type { Lock } from '../../lock/lock.ts';
import type { ImageReference, Repository } from '../../reference/index.ts';

/**
 * The names by digest under which an image can be pulled once it is loaded. Of an index that is not whole, which few registries take,
 * these are its platforms' images.
 *
 * @param repository where the image lies then
 */
export function pullReferences(
  { reference, tree }: NamedTree,
  { images }: Lock,
  repository: Repository,
): readonly ImageReference[] {
  const name = imageName(reference);
  const platforms = images.find((image) => imageName(image.reference) === name)?.platforms ?? [];
  const brought = platforms.filter((each) => tree.manifests.some(({ digest }) => digest === each.digest));
  const digests = tree.isSparse ? brought.map(({ digest }) => digest) : [tree.root.digest];
  return digests.map((digest) => ({ kind: 'digest', repository, digest }));
}
