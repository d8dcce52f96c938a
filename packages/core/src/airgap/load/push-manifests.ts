import { parseIndex, type RawManifest } from '../../image/manifest.ts';
import { isIndexType } from '../../image/media-types.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import { formatReference, formatRepository, type ImageReference, type Repository } from '../../reference/index.ts';
import { type RegistryClient, RegistryError } from '../../registry/index.ts';
import type { NamedTree } from '../content/image-tree.ts';
import { type Destination, relocatedReference } from './destination.ts';

/** Images whose manifests are pushed at once. */
const AT_ONCE = 4;

export interface ManifestContext {
  readonly destination: Destination;
  readonly registry: RegistryClient;
  readonly log: Log;
}

/** An image whose manifests are on the registry, and what its tag is to lead to. */
export interface PushedImage {
  readonly image: NamedTree;
  /** Where it is now. */
  readonly reference: ImageReference;
  /** Undefined where the registry takes no index without all of its images, and no single image can stand for it. */
  readonly root: RawManifest | undefined;
}

/** Pushes the manifests of images by digest, children before indexes. No tag is moved. */
export async function pushManifests(
  images: readonly NamedTree[],
  context: ManifestContext,
): Promise<readonly PushedImage[]> {
  // A list of referrers holds what is attached on its own, too.
  const answers = new Map<string, Promise<boolean>>();
  return mapInParallel(images, AT_ONCE, async (image) => {
    const reference = relocatedReference(image.reference, context.destination);
    const { repository } = reference;
    const refused: RawManifest[] = [];
    for (const raw of image.tree.manifests) {
      const name = formatReference({ kind: 'digest', repository, digest: raw.digest });
      const { isSparse } = image.tree;
      const answer = answers.get(name) ?? pushManifest(raw, repository, { isSparse, ...context });
      answers.set(name, answer);
      if (!(await answer)) refused.push(raw);
    }
    return { image, reference, root: rootOf(image, refused, context.log) };
  });
}

/** False when the registry wants all images of an index that has only some in the bundle. */
async function pushManifest(
  raw: RawManifest,
  repository: Repository,
  { registry, isSparse }: ManifestContext & { readonly isSparse: boolean },
): Promise<boolean> {
  const { digest, mediaType } = raw;
  if ((await registry.headManifest({ kind: 'digest', repository, digest })) !== undefined) return true;
  try {
    await registry.putManifest(repository, digest, raw);
    return true;
  } catch (error) {
    const isRefusal = error instanceof RegistryError && [400, 404, 422].includes(error.status ?? 0);
    if (isSparse && isIndexType(mediaType) && isRefusal) return false;
    throw error;
  }
}

/** A locked build asks for the platform's digest; the tag is for people and other programs. */
function rootOf({ reference, tree }: NamedTree, refused: readonly RawManifest[], log: Log): RawManifest | undefined {
  if (!refused.includes(tree.root)) return tree.root;
  // Attestations stand beside the image under the platform unknown/unknown.
  const children = parseIndex(tree.root).manifests.filter(({ platform }) => platform?.os !== 'unknown');
  const images = tree.manifests.filter(({ digest }) => children.some((child) => child.digest === digest));
  const only = images.length === 1 ? images[0] : undefined;
  const instead = only === undefined ? 'it gets no tag' : `its tag leads to ${only.digest}`;
  const name = formatRepository(reference.repository);
  log.warn(`the registry does not take the index ${tree.root.digest} of ${name} without all of its images: ${instead}`);
  return only;
}
