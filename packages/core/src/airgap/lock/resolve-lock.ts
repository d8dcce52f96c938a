import { registryReference } from '../../build/prepare/builder.ts';
import { missingImage } from '../../build/prepare/missing-image.ts';
import { type Builder, parseBuilder } from '../../builder/metadata.ts';
import { inputError } from '../../errors/problems.ts';
import { readImage } from '../../image/source.ts';
import type { BuilderSource, BuildpackLocator } from '../../inputs/index.ts';
import { allInOrder, mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { compareText, imageName } from '../../lock/image-name.ts';
import { IMAGE_ROLES, type ImageRole, type Lock, type LockedImage, type LockedPlatform } from '../../lock/lock.ts';
import { type FoundImage, ImageFinder } from './image-finder.ts';
import { type LookUp, readable, required } from './look-up.ts';
import { type ResolvedBuilder, resolveRunImages } from './run-images.ts';

/** What is locked. */
export interface LockWishes {
  /** The first is that of the request; everything else in the request is for all of them. */
  readonly builders: readonly BuilderSource[];
  /** Our own image; absent: none is needed. */
  readonly toolImage?: ToolImage;
  /** The lock that there is. */
  readonly before?: Lock;
  /** Whether what is in it stays there, with its digests; else every name is looked up anew, and what nothing needs goes. */
  readonly isKept: boolean;
}

export interface ToolImage {
  readonly reference: ImageReference;
  /** Nobody has asked for it: it is left out when it can't be read. */
  readonly isOptional: boolean;
}

/** Images that are read at once. */
const AT_ONCE = 4;

/**
 * Looks up every image that builds with these inputs need, on every platform that they have: the builders and the lifecycle in each, their
 * run images with all mirrors that can be read, buildpacks that are images, our own image. No layer is read.
 *
 * @throws InputError when a builder is not on a registry, or an image does not exist
 */
export async function resolveLock(
  request: CompleteRequest,
  { builders, toolImage, before, isKept }: LockWishes,
  { registry, log }: { readonly registry: RegistryReader; readonly log: Log },
): Promise<Lock> {
  const lookUp = { finder: new ImageFinder(registry, isKept ? before : undefined), log, before, isKept };
  const references = unique(builders.map((builder) => registryReference(builder, 'a lock')));
  const [resolved, tool] = await allInOrder([
    mapInParallel(references, AT_ONCE, (reference) => resolveBuilder(reference, lookUp.finder, registry)),
    toolImage === undefined ? Promise.resolve(undefined) : resolveToolImage(toolImage, lookUp),
  ]);
  const locators = [...request.buildpacks, ...request.preBuildpacks, ...request.postBuildpacks];
  const [runImages, buildpacks] = await allInOrder([
    resolveRunImages(request, resolved, lookUp),
    mapInParallel(
      buildpackImages(
        locators,
        resolved.flatMap((each) => each.builders),
      ),
      AT_ONCE,
      (reference) => required(reference, 'buildpacks', lookUp.finder),
    ),
  ]);
  const needed = merged([
    ...resolved.map(({ image }) => inRole('builder', image)),
    ...runImages.map((found) => inRole('run-image', found)),
    ...buildpacks.map((found) => inRole('buildpack', found)),
    ...(tool === undefined ? [] : [inRole('tool', tool)]),
  ]);
  return isKept && before !== undefined ? withKept(needed, before, log) : needed;
}

/** With what the inputs don't need: others who share the lock may. */
function withKept(needed: Lock, before: Lock, log: Log): Lock {
  const names = new Set(needed.images.map(({ reference }) => imageName(reference)));
  const others = before.images.map(({ reference }) => imageName(reference)).filter((name) => !names.has(name));
  if (others.length > 0) {
    log.info(`without --update the lock keeps what these inputs don't need: ${others.join(', ')}`);
  }
  return merged([...needed.images, ...before.images]);
}

function unique(references: readonly ImageReference[]): readonly ImageReference[] {
  return [...new Map(references.map((reference) => [imageName(reference), reference])).values()];
}

/** The builder, and what the labels of each platform's image say: they may name other run images and have another lifecycle. */
async function resolveBuilder(
  reference: ImageReference,
  finder: ImageFinder,
  registry: RegistryReader,
): Promise<ResolvedBuilder> {
  const found = await required(reference, 'builder', finder);
  const source = registry.source(reference.repository);
  const read = await mapInParallel(
    found.platforms,
    AT_ONCE,
    async (each): Promise<readonly [LockedPlatform, Builder?]> => {
      if (each.platform.os !== 'linux') return [each];
      const raw = await source.manifest(each.digest);
      if (raw === undefined)
        throw missingImage({ kind: 'digest', repository: reference.repository, digest: each.digest }, 'builder');
      const builder = parseBuilder(await readImage(source, raw), imageName(reference));
      const { version, platformApis } = builder.lifecycle;
      return [{ ...each, lifecycle: { version, platformApis } }, builder];
    },
  );
  const builders = read.flatMap(([, builder]) => builder ?? []);
  if (builders.length === 0) {
    throw inputError('builder', `"${imageName(reference)}" has no image for linux`, 'Give a builder that has one.');
  }
  return { image: { ...found, platforms: read.map(([platform]) => platform) }, builders };
}

/** A name is an image where one of the builders has no buildpack of that id. */
function buildpackImages(
  locators: readonly BuildpackLocator[],
  builders: readonly Builder[],
): readonly ImageReference[] {
  const isOnBuilders = (id: string) => builders.every(({ buildpacks }) => buildpacks.some((each) => each.id === id));
  return locators.flatMap((locator) => {
    if (locator.kind === 'image') return [locator.reference];
    if (locator.kind !== 'name' || locator.image === undefined || isOnBuilders(locator.id)) return [];
    return [locator.image];
  });
}

async function resolveToolImage({ reference, isOptional }: ToolImage, lookUp: LookUp): Promise<FoundImage | undefined> {
  return isOptional ? readable(reference, 'our own image', lookUp) : required(reference, 'tool-image', lookUp.finder);
}

function inRole(role: ImageRole, found: FoundImage): LockedImage {
  return { ...found, roles: [role] };
}

/** One entry for each name, with all roles that it has: a builder's, if there is one, since only that tells of the lifecycle. */
function merged(images: readonly LockedImage[]): Lock {
  const byName = new Map<string, LockedImage>();
  for (const image of images) {
    const name = imageName(image.reference);
    const known = byName.get(name);
    const roles = IMAGE_ROLES.filter((role) => image.roles.includes(role) || known?.roles.includes(role));
    byName.set(name, { ...(known?.roles.includes('builder') === true ? known : image), roles });
  }
  return { images: [...byName].sort(([a], [b]) => compareText(a, b)).map(([, image]) => image) };
}
