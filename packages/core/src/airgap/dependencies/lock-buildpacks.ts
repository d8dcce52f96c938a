import type { BuildpackDependency } from '../../builder/buildpack-dependencies.ts';
import {
  type DescribedBuildpack,
  type DescriptionPorts,
  readBuildpackDescriptions,
} from '../../builder/buildpack-descriptions.ts';
import { BUILDER_LABEL } from '../../builder/metadata.ts';
import type { Platform } from '../../image/manifest.ts';
import { formatPlatform } from '../../image/platform.ts';
import { type Image, readImage } from '../../image/source.ts';
import { imageName } from '../../lock/image-name.ts';
import { type Lock, type LockedImage, platformIndex } from '../../lock/lock.ts';
import type { RegistryReader } from '../../registry/index.ts';
import type { PlatformChoice } from '../content/platform-choice.ts';

/** A dependency, and which buildpack fetches it. */
export interface FetchedDependency extends BuildpackDependency {
  /** `paketo-buildpacks/node-engine@4.1.2` */
  readonly buildpack: string;
}

export interface LockReadingPorts extends DescriptionPorts {
  readonly registry: RegistryReader;
}

/**
 * What the buildpacks of a lock fetch while they build, on the chosen platforms. The stacks of the builders decide where entries are for stacks.
 *
 * @throws BuildpacksError `image` when an image is gone or damaged
 */
export async function dependenciesOfLock(
  { images }: Lock,
  choice: PlatformChoice,
  ports: LockReadingPorts,
): Promise<readonly FetchedDependency[]> {
  const holders = images.filter(({ roles }) => roles.includes('builder') || roles.includes('buildpack'));
  const found: FetchedDependency[] = [];
  const stacks = new Map<string, readonly (string | undefined)[]>();
  // Builders come first: each of their stacks counts for buildpacks that are images.
  for (const image of holders.toSorted((a, b) => builderFirst(a) - builderFirst(b))) {
    for (const { platform, image: read } of await readPlatforms(image, choice, ports.registry)) {
      const name = formatPlatform(platform);
      const own = read.config.config.Labels[BUILDER_LABEL.stackId];
      if (image.roles.includes('builder')) stacks.set(name, [...(stacks.get(name) ?? []), own]);
      const counting = image.roles.includes('builder') ? [own] : new Set(stacks.get(name) ?? [own]);
      const buildpacks = await readBuildpackDescriptions(read, ports);
      for (const stack of counting) found.push(...usableDependencies(buildpacks, platform, stack));
    }
  }
  return found;
}

/** What these buildpacks fetch when they build for this platform on this stack. */
export function usableDependencies(
  buildpacks: readonly DescribedBuildpack[],
  { os, architecture }: Platform,
  stack: string | undefined,
): readonly FetchedDependency[] {
  return buildpacks.flatMap(({ id, version, dependencies }) =>
    dependencies
      .filter((each) => (each.architecture ?? architecture) === architecture && (each.os ?? os) === os)
      .filter(
        ({ stacks }) => stack === undefined || stacks.length === 0 || stacks.includes('*') || stacks.includes(stack),
      )
      .map((each) => ({ ...each, buildpack: `${id}@${version}` })),
  );
}

function builderFirst({ roles }: LockedImage): number {
  return roles.includes('builder') ? 0 : 1;
}

async function readPlatforms(
  image: LockedImage,
  choice: PlatformChoice,
  registry: RegistryReader,
): Promise<readonly { readonly platform: Platform; readonly image: Image }[]> {
  const name = imageName(image.reference);
  const chosen = new Set<string>(choice.childrenOf(platformIndex(image), name).map(({ digest }) => digest));
  const source = registry.source(image.reference.repository);
  const read: { readonly platform: Platform; readonly image: Image }[] = [];
  for (const { platform, digest } of image.platforms) {
    if (!chosen.has(digest) || platform.os !== 'linux') continue;
    const raw = await source.manifest(digest);
    // A manifest that is gone is told by who packs the image.
    if (raw !== undefined) read.push({ platform, image: await readImage(source, raw) });
  }
  return read;
}
