import type { ModuleName } from '../../builder/module.ts';
import { creationTime } from '../../image/creation-time.ts';
import { imageFact, type ImageFact, localImageFact, type RequestedBuildpack } from '../../policy/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { Digest, ImageReference } from '../../reference/index.ts';
import type { ResolvedBuilder } from '../prepare/builder.ts';
import type { BuildConfig } from '../prepare/config.ts';
import type { ResolvedRunImage } from '../prepare/run-image.ts';
import { type BuildFacts, imageBuildpack, locatorsOf, requestFacts } from './request-facts.ts';

/** What registries have told of a build. */
export interface ResolvedImages {
  readonly builder: ResolvedBuilder;
  readonly runImage: ResolvedRunImage;
  readonly configuration: Pick<BuildConfig, 'order' | 'added'>;
  readonly digestsOf: (reference: ImageReference) => readonly Digest[];
}

/** What is known of a build when all names are resolved, and nothing but manifests, configurations and what it asks for has been read. */
export function resolvedFacts(request: CompleteRequest, images: ResolvedImages): BuildFacts {
  const { runImage, digestsOf } = images;
  const pinned = request.lock !== undefined || runImage.reference.kind === 'digest';
  const digests = [runImage.planned.digest, ...digestsOf(runImage.reference)];
  return {
    ...requestFacts(request),
    builder: builderFact(request, images),
    runImage: {
      ...imageFact(runImage.reference, { digests, pinned }),
      created: creationTime(runImage.image.config) ?? null,
    },
    requestedBuildpacks: requestedBuildpacks(request, images),
    buildpacks: askedModules(request, images),
  };
}

function builderFact({ builder: source, lock }: CompleteRequest, { builder, digestsOf }: ResolvedImages): ImageFact {
  const { digest } = builder.provided.image.raw;
  if (source.kind !== 'registry') return localImageFact(builder.name, [digest]);
  const { reference } = source;
  const pinned = lock !== undefined || reference.kind === 'digest';
  return imageFact(reference, { digests: [digest, ...digestsOf(reference)], pinned });
}

/** The builder tells which names are its own; images have digests now. */
function requestedBuildpacks(
  request: CompleteRequest,
  { builder, digestsOf }: ResolvedImages,
): readonly RequestedBuildpack[] {
  const named = locatorsOf(request).flatMap((locator): readonly RequestedBuildpack[] => {
    if (locator.kind === 'image') return [resolvedImage(locator.reference)];
    if (locator.kind !== 'name') return [];
    const onBuilder = builder.builder.buildpacks.some(({ id }) => id === locator.id);
    if (onBuilder || locator.image === undefined) return [{ from: 'builder', shown: locator.text }];
    return [resolvedImage(locator.image)];
  });
  const others = (requestFacts(request).requestedBuildpacks ?? []).filter(({ image }) => image === undefined);
  return [...others, ...named];

  function resolvedImage(reference: ImageReference): RequestedBuildpack {
    return imageBuildpack(reference, {
      pinned: request.lock !== undefined || reference.kind === 'digest',
      digests: digestsOf(reference),
    });
  }
}

/** The buildpacks that were asked for, with what they bring; the rest of the builder's order is the builder's. */
function askedModules(
  request: CompleteRequest,
  { configuration: { order = [], added } }: ResolvedImages,
): readonly ModuleName[] {
  const ids = new Set(locatorsOf(request).flatMap((locator) => ('id' in locator ? [locator.id] : [])));
  const chosen = order.flatMap(({ group }) => group).filter(({ id }) => ids.has(id));
  const modules = [...added, ...chosen].map(({ id, version }): ModuleName => ({ id, version }));
  return modules.filter(
    ({ id, version }, index) => modules.findIndex((each) => each.id === id && each.version === version) === index,
  );
}
