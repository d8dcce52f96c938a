import { missingImage } from '../../build/prepare/builder.ts';
import { type Builder, parseBuilder } from '../../builder/metadata.ts';
import { runImageCandidates } from '../../builder/run-image.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { inputError } from '../../errors/problems.ts';
import { formatPlatform, selectPlatform } from '../../image/platform.ts';
import { readImage } from '../../image/source.ts';
import type { BuilderSource, BuildpackLocator } from '../../inputs/index.ts';
import { allInOrder, mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { compareText, imageName } from '../../lock/image-name.ts';
import {
  findLocked,
  IMAGE_ROLES,
  type ImageRole,
  type Lock,
  type LockedImage,
  type LockedPlatform,
  platformIndex,
} from '../../lock/lock.ts';
import { type FoundImage, ImageFinder } from './image-finder.ts';

/** What is locked beside the inputs of a build. */
export interface LockWishes {
  /** Our own image; absent: none is needed. */
  readonly toolImage?: ToolImage;
  /** The lock that there is. */
  readonly before?: Lock;
  /** Whether names that are in it keep their digests; else every name is looked up anew. */
  readonly isKept: boolean;
}

export interface ToolImage {
  readonly reference: ImageReference;
  /** Nobody has asked for it: it is left out when it can't be read. */
  readonly isOptional: boolean;
}

/** Images that are read at once. */
const AT_ONCE = 4;

/** An image in one of its roles. */
interface Need extends FoundImage {
  readonly role: ImageRole;
}

/**
 * Looks up every image that a build with these inputs needs, on every platform that they have: the builder and the lifecycle in it, its
 * run images with all mirrors that can be read, buildpacks that are images, our own image. No layer is read.
 *
 * @throws InputError when the builder is not on a registry, or an image does not exist
 */
export async function resolveLock(
  request: CompleteRequest,
  { toolImage, before, isKept }: LockWishes,
  { registry, log }: { readonly registry: RegistryReader; readonly log: Log },
): Promise<Lock> {
  const finder = new ImageFinder(registry, isKept ? before : undefined);
  const context = { finder, log, before };
  const [{ builder, builders }, tool] = await allInOrder([
    resolveBuilders(builderReference(request.builder), finder, registry),
    toolImage === undefined ? Promise.resolve(undefined) : resolveToolImage(toolImage, context),
  ]);
  const references = buildpackImages(
    [...request.buildpacks, ...request.preBuildpacks, ...request.postBuildpacks],
    builders,
  );
  const [runImages, buildpacks] = await allInOrder([
    resolveRunImages(request, builders, context),
    mapInParallel(references, AT_ONCE, (reference) => required(reference, 'buildpacks', finder)),
  ]);
  warnOfPlatforms(builder, runImages, log);
  return merged([
    { role: 'builder', ...builder },
    ...runImages.map((found) => ({ role: 'run-image' as const, ...found })),
    ...buildpacks.map((found) => ({ role: 'buildpack' as const, ...found })),
    ...(tool === undefined ? [] : [{ role: 'tool' as const, ...tool }]),
  ]);
}

function builderReference(source: BuilderSource): ImageReference {
  if (source.kind === 'registry') return source.reference;
  const name = source.kind === 'engine' ? `docker://${source.name}` : `oci:${source.path}`;
  throw inputError(
    'builder',
    `"${name}" is on this machine only, and a lock names what registries have`,
    'Push the builder, and give its name there.',
  );
}

async function required(reference: ImageReference, input: string, finder: ImageFinder): Promise<FoundImage> {
  const found = await finder.find(reference);
  if (found === undefined) throw missingImage(reference, input);
  return found;
}

/** The builder, and what the labels of each platform's image say: they may name other run images and have another lifecycle. */
async function resolveBuilders(
  reference: ImageReference,
  finder: ImageFinder,
  registry: RegistryReader,
): Promise<{ readonly builder: FoundImage; readonly builders: readonly Builder[] }> {
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
  return { builder: { ...found, platforms: read.map(([platform]) => platform) }, builders };
}

/** A name is an image where the builder has no buildpack of that id. */
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

interface Context {
  readonly finder: ImageFinder;
  readonly log: Log;
  readonly before: Lock | undefined;
}

async function resolveToolImage(
  { reference, isOptional }: ToolImage,
  context: Context,
): Promise<FoundImage | undefined> {
  return isOptional ? readable(reference, 'our own image', context) : required(reference, 'tool-image', context.finder);
}

/** The run image under each of its names, as far as they can be read: which of them a build takes depends on where its image goes. */
async function resolveRunImages(
  { runImage }: CompleteRequest,
  builders: readonly Builder[],
  context: Context,
): Promise<readonly FoundImage[]> {
  if (runImage !== undefined) return [await required(runImage.reference, 'run-image', context.finder)];
  const candidates = builders.flatMap(({ runImages }) => runImageCandidates({ runImages }));
  const unique = new Map(candidates.map(({ reference }) => [imageName(reference), reference]));
  const read = await mapInParallel(unique.values(), AT_ONCE, (reference) =>
    readable(reference, 'the run image', context),
  );
  const found = read.filter((image) => image !== undefined);
  if (found.length > 0) return found;
  const tried = [...unique.keys()].join(', ');
  throw inputError(
    'run-image',
    `no run image can be read; tried ${tried}`,
    'Name a readable one with the input run-image.',
  );
}

/** A builder may have more platforms than anybody builds for. */
function warnOfPlatforms({ reference, platforms }: FoundImage, runImages: readonly FoundImage[], log: Log): void {
  const lacking = platforms
    .filter(({ platform }) => platform.os === 'linux')
    .filter(({ platform }) => !runImages.some((image) => selectPlatform(platformIndex(image), platform) !== undefined));
  for (const { platform } of lacking) {
    const name = formatPlatform(platform);
    log.warn(
      `${imageName(reference)} is for ${name}, and no run image in the lock is: builds for it need another one, by run-image`,
    );
  }
}

/** A name that does not lead to an image is left out, but trouble on the way to one that was in the lock is no reason to forget it. */
async function readable(
  reference: ImageReference,
  what: string,
  { finder, log, before }: Context,
): Promise<FoundImage | undefined> {
  let obstacle = 'it does not exist';
  try {
    const found = await finder.find(reference);
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
    const wasThere = before !== undefined && findLocked(before, reference) !== undefined;
    if (error.code === 'temporary' && wasThere) throw error;
    obstacle = error.message;
  }
  log.warn(`${what} ${imageName(reference)} is not in the lock: ${obstacle}`);
  return undefined;
}

/** One entry for each name, with all roles that it has. */
function merged(needs: readonly Need[]): Lock {
  const byName = new Map<string, LockedImage>();
  for (const { role, ...found } of needs) {
    const name = imageName(found.reference);
    const known = byName.get(name);
    const roles = IMAGE_ROLES.filter((each) => each === role || known?.roles.includes(each));
    byName.set(name, { ...(known ?? found), roles });
  }
  return { images: [...byName].sort(([a], [b]) => compareText(a, b)).map(([, image]) => image) };
}
