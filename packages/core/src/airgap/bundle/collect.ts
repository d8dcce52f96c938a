import { BuildpacksError } from '../../errors/index.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Digest } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { findAttachments } from '../content/attachments.ts';
import { type NamedTree, walkImage } from '../content/image-tree.ts';
import type { PlatformChoice } from '../content/platform-choice.ts';
import { imageName } from '../../lock/image-name.ts';
import { type Lock, type LockedImage, platformIndex } from '../../lock/lock.ts';
import { missingManifest } from '../content/locked-tree.ts';

/** All manifests of a bundle; of configurations and layers only their descriptors. */
export interface BundleContent {
  /** Under the names that they have in the lock. */
  readonly images: readonly NamedTree[];
  /** Signatures, attestations, bills of materials. */
  readonly attachments: readonly NamedTree[];
}

/** Images that are looked at at once; each asks several questions at a time. */
const AT_ONCE = 3;

/**
 * Reads the manifests of everything that a lock names, and of what is attached to them.
 *
 * @throws BuildpacksError `image` when a registry no longer has what the lock names, or an index lacks a platform
 */
export async function collectContent(
  lock: Lock,
  choice: PlatformChoice,
  registry: RegistryReader,
): Promise<BundleContent> {
  const images = await mapInParallel(lock.images, AT_ONCE, (image) => readLocked(image, choice, registry));
  const attachments = await mapInParallel(images, AT_ONCE, ({ reference, tree }) => {
    return findAttachments(reference.repository, tree.manifests, registry);
  });
  return { images, attachments: attachments.flat() };
}

/**
 * An image by the digest that the lock has for it.
 *
 * @throws BuildpacksError `image` when the registry no longer has it, or it is not what the lock says
 */
export async function readLocked(
  image: LockedImage,
  choice: PlatformChoice,
  registry: RegistryReader,
): Promise<NamedTree> {
  const { reference, digest } = image;
  const name = imageName(reference);
  const { repository } = reference;
  const open = (wanted: Digest) => registry.manifest({ kind: 'digest', repository, digest: wanted });
  const root = await open(digest);
  if (root === undefined) throw gone(name, digest);
  // What is no index has no children to choose from: then it must itself be for these platforms.
  choice.childrenOf(platformIndex(image), name);
  const tree = await walkImage(root, open, { name, choice });
  const wrong = missingManifest(image, tree, choice);
  if (wrong === undefined) return { reference, tree };
  throw new BuildpacksError('image', `the lock says that ${name} has the manifest ${wrong}, and ${digest} has not`, {
    hint: 'The lock was edited: make it again with buildpacks-ci lock --update.',
  });
}

function gone(name: string, digest: Digest): BuildpacksError {
  return new BuildpacksError('image', `${name} no longer has the digest ${digest} on its registry`, {
    hint: 'Its registry has removed it: run buildpacks-ci lock --update, and look at what moves.',
  });
}
