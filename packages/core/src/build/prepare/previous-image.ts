import { BuildpacksError } from '../../errors/index.ts';
import type { Descriptor, Platform } from '../../image/manifest.ts';
import { formatPlatform } from '../../image/platform.ts';
import { type Image, readImage } from '../../image/source.ts';
import { parseLifecycleMetadata } from '../../lifecycle/labels.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import {
  familiarReference,
  formatReference,
  formatRepository,
  type ImageReference,
  type Repository,
  sameRepository,
} from '../../reference/index.ts';
import type { RegistryClient, RegistryTarget } from '../../registry/index.ts';
import { IN_BUILD } from '../../lifecycle/build-directory.ts';
import { type PlannedImage, plannedImage } from '../plan.ts';

/** An image whose layers the lifecycle may reuse. */
export interface PreviousImage {
  readonly planned: PlannedImage;
  readonly image: Image;
  /** The one layer whose bytes the lifecycle reads (at analyze); all others stay on the registry. */
  readonly sbomLayer?: Descriptor;
}

/** HEAD requests in flight. */
const AT_ONCE = 8;
/** Tags that CI gives to one commit's image: `4f2a9c1`, `sha-4f2a9c1`. Never the image of an earlier build. */
const COMMIT_TAG = /^(?:sha-)?[0-9a-f]{7,40}$/;

/** The tags under which an earlier build's image may be found, best first. */
export function previousCandidates(tags: readonly ImageReference[]): readonly ImageReference[] {
  return tags.filter((reference) => reference.kind === 'tag' && !COMMIT_TAG.test(reference.tag));
}

/** What came of looking for a previous image. */
export interface PreviousImageSearch {
  readonly found?: PreviousImage;
  /** Why one that exists, or was asked for by name, is not used: the build is slower, but no failure. */
  readonly obstacle?: string;
}

/** Where a previous image may be, and what the new one is to be. */
export interface PreviousImageWanted {
  readonly candidates: readonly ImageReference[];
  readonly platform: Platform;
  /** The repositories that the new image goes to. */
  readonly outputs: readonly Repository[];
}

/** Looks for the first candidate that exists, and at whether it can be reused (`docs/design.md`, section 2, "The previous image"). */
export async function findPreviousImage(
  { candidates, platform, outputs }: PreviousImageWanted,
  registry: RegistryClient,
): Promise<PreviousImageSearch> {
  for (const reference of candidates) {
    const unused = (why: string) => ({
      obstacle: `no layer of the previous image ${familiarReference(reference)} is reused: ${why}`,
    });
    try {
      const found = await registry.resolve(reference, platform);
      if (found === undefined) continue;
      const image = await readImage(registry.source(reference.repository), found.manifest);
      const target = outputs.some((output) => sameRepository(output, reference.repository)) ? registry : undefined;
      const obstacle =
        pathObstacle(image) ??
        platformObstacle(image, platform) ??
        (await missingPart(image, reference.repository, target));
      return obstacle === undefined ? { found: describe(reference, image) } : unused(obstacle);
    } catch (error) {
      if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
      return unused(error.message);
    }
  }
  return {};
}

/** A digest, from an index of a layer cache for instance, may name anything; a buildpack that knows its layer again does not look at this. */
function platformObstacle({ config }: Image, { os, architecture }: Platform): string | undefined {
  if (config.os === os && config.architecture === architecture) return undefined;
  return `it is for ${formatPlatform(config)}`;
}

/** Reused layers hold absolute paths: an image that was built with other paths would break silently. */
function pathObstacle({ config }: Image): string | undefined {
  if (parseLifecycleMetadata(config) === undefined) return 'it was not built by buildpacks';
  const expected = { CNB_LAYERS_DIR: IN_BUILD.layers, CNB_APP_DIR: IN_BUILD.workspace };
  for (const [name, value] of Object.entries(expected)) {
    const actual = config.config.Env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
    if (actual !== undefined && actual !== value) return `it was built with ${name}="${actual}", not "${value}"`;
  }
  return undefined;
}

/**
 * Looks for each layer above the base: a garbage collection or a retention rule may have taken some.
 *
 * @param target given when the image is where the new one goes: it must have all of it, whatever a mirror has
 */
async function missingPart(
  image: Image,
  repository: Repository,
  target: RegistryTarget | undefined,
): Promise<string | undefined> {
  const { source, raw, manifest, config } = image;
  if (target !== undefined && source.name !== formatRepository(repository)) {
    const head = await target.headManifest({ kind: 'digest', repository, digest: raw.digest });
    if (head === undefined) return `${source.name} has it, but ${formatRepository(repository)} does not`;
  }
  const topLayer = parseLifecycleMetadata(config)?.runImage.topLayer;
  const own = manifest.layers.slice(config.diffIds.findIndex((id) => id === topLayer) + 1);
  const present = await mapInParallel(own, AT_ONCE, (layer) =>
    target === undefined ? source.has(layer) : target.hasBlob(repository, layer.digest),
  );
  const missing = own.find((_, index) => present[index] === false);
  return missing === undefined ? undefined : `its layer ${missing.digest} is no longer on the registry`;
}

function describe(reference: ImageReference, image: Image): PreviousImage {
  const planned = plannedImage(formatReference(reference), reference.repository, image);
  const sbom = parseLifecycleMetadata(image.config)?.sbom;
  const sbomLayer = planned.layers.find((layer) => layer.diffId === sbom)?.descriptor;
  return { planned, image, ...(sbomLayer !== undefined && { sbomLayer }) };
}
