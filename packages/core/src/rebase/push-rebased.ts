import { type Descriptor, parseManifest } from '../image/manifest.ts';
import { allInOrder, mapInParallel } from '../parallel/parallel.ts';
import { type Repository, sameRepository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import type { BlobMover, BlobPassage } from '../transfer/blob-mover.ts';
import { putShown } from '../transfer/shown-manifest.ts';
import type { PlannedRebase } from './plan.ts';
import type { Edition, Subject } from './subject.ts';

/** Layers that came into a repository, and how. */
export interface Moved {
  readonly mounted: BlobSum;
  /** Through us, since it is on another registry or mounts are refused. */
  readonly copied: BlobSum;
}

export interface BlobSum {
  readonly layers: number;
  readonly bytes: number;
}

export interface PushContext {
  readonly registry: RegistryClient;
  readonly mover: BlobMover;
}

/** Layers of one image that are moved at once. */
const AT_ONCE = 4;
/** Layers that registries may not have: who runs the image gets them elsewhere. */
const FOREIGN = /foreign|nondistributable/;

/** Brings the layers that one platform's image lacks into the repository, then its configuration and its manifest, by digest. */
export async function pushRebased(
  { app, base }: Edition,
  plan: PlannedRebase,
  way: { readonly subject: Subject; readonly to: Repository },
  { registry, mover }: PushContext,
): Promise<Moved> {
  const { subject, to } = way;
  const stays = sameRepository(subject.repository, to);
  const there = new Set(stays ? app.image.manifest.layers.map(({ digest }) => digest) : []);
  const wanted = [
    ...plan.base.map((layer) => ({ layer, from: base.repository })),
    ...plan.own.map((layer) => ({ layer, from: subject.repository })),
  ].filter(({ layer }) => !there.has(layer.digest) && !FOREIGN.test(layer.mediaType));
  const unique = [...new Map(wanted.map((each) => [each.layer.digest, each])).values()];
  const { raw, configBytes } = plan.rebased;
  const [passages] = await allInOrder([
    mapInParallel(unique, AT_ONCE, async ({ layer, from }) => ({ layer, passage: await mover.bring(layer, from, to) })),
    registry.uploadBlob(to, parseManifest(raw).config, () => configBytes),
  ]);
  await putShown(raw, to, registry);
  return { mounted: sum(passages, 'mounted'), copied: sum(passages, 'copied') };
}

function sum(
  passages: readonly { readonly layer: Descriptor; readonly passage: BlobPassage }[],
  passage: BlobPassage,
): BlobSum {
  const chosen = passages.filter((each) => each.passage === passage);
  return { layers: chosen.length, bytes: chosen.reduce((bytes, { layer }) => bytes + layer.size, 0) };
}
