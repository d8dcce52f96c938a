import type { BuilderSource, BuildpackLocator } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { shownUrl } from '../../network/index.ts';
import {
  imageFact,
  type ImageFact,
  localImageFact,
  type PolicyFacts,
  type RequestedBuildpack,
} from '../../policy/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { Digest, ImageReference } from '../../reference/index.ts';

/** What of a build's facts does not change with the time. */
export type BuildFacts = Omit<PolicyFacts, 'now'>;

/** What is known of a build before any registry is asked. */
export function requestFacts(request: CompleteRequest): BuildFacts {
  const { builder, runImage, lock, environment, volumes, network, publish, destinations } = request;
  const pinned = (reference: ImageReference) => lock !== undefined || reference.kind === 'digest';
  return {
    builder: builderFact(builder, pinned),
    ...optional('runImage', runImage && imageFact(runImage.reference, { pinned: pinned(runImage.reference) })),
    requestedBuildpacks: locatorsOf(request).flatMap((locator) => requestedBuildpack(locator, pinned) ?? []),
    environment: Object.keys(environment).sort(),
    targets: publish ? destinations.map((reference) => imageFact(reference)) : [],
    network,
    volumes: volumes.map(({ source, target }) => `${source}:${target}`),
    hermetic: network === 'none' && volumes.length === 0,
    locked: lock !== undefined,
  };
}

/** All that inputs and project.toml ask for. */
export function locatorsOf(request: CompleteRequest): readonly BuildpackLocator[] {
  return [...request.buildpacks, ...request.preBuildpacks, ...request.postBuildpacks];
}

function builderFact(builder: BuilderSource, pinned: (reference: ImageReference) => boolean): ImageFact {
  switch (builder.kind) {
    case 'registry':
      return imageFact(builder.reference, { pinned: pinned(builder.reference) });
    case 'engine':
      return localImageFact(`docker://${builder.name}`);
    case 'layout':
      return localImageFact(`oci:${builder.path}`);
  }
}

/** Undefined for what only the builder can tell: whether a name is one of its ids or an image. */
function requestedBuildpack(
  locator: BuildpackLocator,
  pinned: (reference: ImageReference) => boolean,
): RequestedBuildpack | undefined {
  switch (locator.kind) {
    case 'builder-order':
      return { from: 'builder', shown: 'from=builder' };
    case 'on-builder':
      return { from: 'builder', shown: locator.id };
    case 'name':
      return undefined;
    case 'path':
      return { from: 'file', shown: locator.path };
    case 'image':
      return imageBuildpack(locator.reference, { pinned: pinned(locator.reference) });
    case 'url':
      return { from: 'url', shown: shownUrl(new URL(locator.url)), host: new URL(locator.url).host };
    case 'inline':
      return { from: 'inline', shown: locator.id };
  }
}

/** A buildpack that is an image. */
export function imageBuildpack(
  reference: ImageReference,
  known: { readonly pinned: boolean; readonly digests?: readonly Digest[] },
): RequestedBuildpack {
  const image = imageFact(reference, known);
  return { from: 'image', shown: image.shown, image };
}
