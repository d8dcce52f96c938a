import { isIndexType } from '../../image/media-types.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import { formatReference } from '../../reference/index.ts';
import type { ManifestContext, PushedImage } from './push-manifests.ts';

const AT_ONCE = 4;

/** Moves the tags of images: everything that they lead to is on the registry. Each that was another image before is told. */
export async function pushTags(images: readonly PushedImage[], { registry, log }: ManifestContext): Promise<void> {
  await mapInParallel(images, AT_ONCE, async ({ reference, root }) => {
    const { repository, tag } = reference;
    if (tag === undefined || root === undefined) return;
    const there = await registry.headManifest({ kind: 'tag', repository, tag });
    if (there?.digest === root.digest) return;
    await registry.putManifest(repository, tag, root);
    if (there !== undefined) log.info(`${formatReference(reference)} was ${there.digest}, and is ${root.digest} now`);
  });
}

/**
 * Sets the tags of signatures and the like. What somebody in the closed network has put under one stays: a lost signature would stop
 * deployments.
 */
export async function pushAttachmentTags(attachments: readonly PushedImage[], context: ManifestContext): Promise<void> {
  const { registry, log } = context;
  await mapInParallel(attachments, AT_ONCE, async ({ image, reference, root }) => {
    // An index that was not taken as it is has nothing that stands for it.
    if (reference.kind !== 'tag' || root !== image.tree.root) return;
    const there = await registry.headManifest(reference);
    if (there === undefined) await registry.putManifest(reference.repository, reference.tag, root);
    // An index of referrers gets what it lacks (`listUnderTags`).
    else if (there.digest !== root.digest && !isIndexType(root.mediaType)) {
      log.warn(`${formatReference(reference)} is ${there.digest} there, not ${root.digest}: it is left as it is`);
    }
  });
}
