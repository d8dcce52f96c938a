import { BuildpacksError } from '../../errors/index.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Digest, ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { type Attachment, findAttachments } from '../content/attachments.ts';
import { type ImageTree, walkImage } from '../content/image-tree.ts';
import type { PlatformChoice } from '../content/platform-choice.ts';
import { imageName } from '../../lock/image-name.ts';
import type { Lock, LockedImage } from '../../lock/lock.ts';

/** An image and the name that it has in the lock. */
export interface NamedImage {
  readonly reference: ImageReference;
  readonly tree: ImageTree;
}

/** All manifests of a bundle; of configurations and layers only their descriptors. */
export interface BundleContent {
  readonly images: readonly NamedImage[];
  readonly attachments: readonly Attachment[];
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

/** An image by the digest that the lock has for it. */
export async function readLocked(
  { reference, digest, platforms }: LockedImage,
  choice: PlatformChoice,
  registry: RegistryReader,
): Promise<NamedImage> {
  const name = imageName(reference);
  const { repository } = reference;
  const open = (wanted: Digest) => registry.manifest({ kind: 'digest', repository, digest: wanted });
  const root = await open(digest);
  if (root === undefined) throw gone(name, digest);
  const tree = await walkImage(root, open, { name, choice });
  const found = new Set(tree.manifests.map((raw) => raw.digest));
  const wrong = choice.platforms === undefined ? platforms.find((each) => !found.has(each.digest)) : undefined;
  if (wrong === undefined) return { reference, tree };
  throw new BuildpacksError(
    'image',
    `the lock says that ${name} has the manifest ${wrong.digest}, and ${digest} has not`,
    {
      hint: 'The lock was edited: make it again with buildpacks-ci lock --update.',
    },
  );
}

function gone(name: string, digest: Digest): BuildpacksError {
  return new BuildpacksError('image', `${name} no longer has the digest ${digest} on its registry`, {
    hint: 'Its registry has removed it: run buildpacks-ci lock --update, and look at what moves.',
  });
}
