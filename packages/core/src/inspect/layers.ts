import { type LifecycleMetadata, parseLifecycleMetadata } from '../lifecycle/labels.ts';
import type { Digest } from '../reference/index.ts';
import type { LayerOwner, LayerSummary } from '../report/result.ts';
import type { Image } from '../image/source.ts';

/** A layer and whose it is. */
export type OwnedLayer = Omit<LayerSummary, 'origin'>;

/** What an app image's layers are compared with; all are diff ids. */
export interface LayerHistory {
  /** Of the run image that the build used; absent: the image's own metadata tells where the run image ends. */
  readonly runImage?: readonly Digest[];
  /** Of the image that the build could reuse layers from. */
  readonly previous?: readonly Digest[];
}

/** The manifest and configuration of an image, without the place they came from. */
export type ImageFacts = Pick<Image, 'manifest' | 'config'>;

/** The layers of an app image from the bottom, and where this build had each from. */
export function describeLayers(image: ImageFacts, history: LayerHistory = {}): readonly LayerSummary[] {
  const previous = new Set(history.previous);
  return ownedLayers(image, history.runImage).map((layer): LayerSummary => {
    if (layer.owner.kind === 'run-image') return { ...layer, origin: 'base' };
    return { ...layer, origin: previous.has(layer.diffId) ? 'reused' : 'added' };
  });
}

/**
 * The layers of an app image from the bottom, and whose each is by the label `io.buildpacks.lifecycle.metadata`.
 *
 * @param runImage diff ids of the run image, when they are known from the run image itself
 */
export function ownedLayers(image: ImageFacts, runImage?: readonly Digest[]): readonly OwnedLayer[] {
  const metadata = parseLifecycleMetadata(image.config);
  const owners = metadata === undefined ? new Map<Digest, LayerOwner>() : ownersOf(metadata);
  const { diffIds } = image.config;
  const base = countBaseLayers(diffIds, metadata, runImage);
  return image.manifest.layers.flatMap(({ digest, size }, index) => {
    const diffId = diffIds[index];
    if (diffId === undefined) return [];
    const owner: LayerOwner = index < base ? { kind: 'run-image' } : (owners.get(diffId) ?? { kind: 'unknown' });
    return [{ digest, diffId, size, owner }];
  });
}

/** The first layer with the recorded diff id ends the run image, as the lifecycle's rebaser sees it. */
function countBaseLayers(
  diffIds: readonly Digest[],
  metadata: LifecycleMetadata | undefined,
  runImage: readonly Digest[] | undefined,
): number {
  if (runImage?.every((diffId, index) => diffIds[index] === diffId) === true) return runImage.length;
  const topLayer = metadata?.runImage.topLayer;
  return topLayer === undefined ? 0 : diffIds.indexOf(topLayer) + 1;
}

function ownersOf(metadata: LifecycleMetadata): ReadonlyMap<Digest, LayerOwner> {
  const { config, launcher, processTypes, sbom } = metadata;
  const single: readonly [Digest | undefined, LayerOwner][] = [
    [config, { kind: 'config' }],
    [launcher, { kind: 'launcher' }],
    [processTypes, { kind: 'process-types' }],
    [sbom, { kind: 'sbom' }],
  ];
  const buildpacks = metadata.buildpacks.flatMap(({ id, layers }) =>
    layers.map(({ diffId, name }): [Digest, LayerOwner] => [diffId, { kind: 'buildpack', buildpack: id, layer: name }]),
  );
  return new Map<Digest, LayerOwner>([
    ...metadata.app.map((diffId): [Digest, LayerOwner] => [diffId, { kind: 'app' }]),
    ...single.flatMap(([diffId, owner]): [Digest, LayerOwner][] => (diffId === undefined ? [] : [[diffId, owner]])),
    ...buildpacks,
  ]);
}
