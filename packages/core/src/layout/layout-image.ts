import { BuildpacksError } from '../errors/index.ts';
import { type Descriptor, parseIndex, type Platform, type RawManifest } from '../image/manifest.ts';
import { isIndexType } from '../image/media-types.ts';
import { formatPlatform } from '../image/platform.ts';
import { type Image, readImage } from '../image/source.ts';
import type { Layout } from './layout.ts';

/** Indexes may hold indexes; no sane image goes deeper. */
const MAX_DEPTH = 4;

/**
 * The layout's image. A layout with one image needs no platform; of several (in `index.json` or in an index below it) the
 * platform's is taken.
 *
 * @throws BuildpacksError `image` when there is none, or more than one fits
 */
export async function layoutImage(layout: Layout, platform?: Platform): Promise<Image> {
  return readImage(layout.source, await choose(layout, layout.index, platform, MAX_DEPTH));
}

async function choose(
  layout: Layout,
  descriptors: readonly Descriptor[],
  platform: Platform | undefined,
  depth: number,
): Promise<RawManifest> {
  const name = layout.source.name;
  const chosen = pick(name, descriptors, platform);
  const raw = await layout.source.manifest(chosen.digest);
  if (raw === undefined) throw new BuildpacksError('image', `the manifest ${chosen.digest} is missing in "${name}"`);
  if (!isIndexType(raw.mediaType)) return raw;
  if (depth === 0) throw new BuildpacksError('image', `the indexes of "${name}" are nested too deep`);
  return choose(layout, parseIndex(raw).manifests, platform, depth - 1);
}

function pick(name: string, descriptors: readonly Descriptor[], platform: Platform | undefined): Descriptor {
  const [only, second] = descriptors;
  if (only !== undefined && second === undefined) return only;
  const fitting = platform === undefined ? descriptors : descriptors.filter((each) => fits(each.platform, platform));
  const [first, another] = fitting;
  if (first !== undefined && another === undefined) return first;
  const wanted = platform === undefined ? '' : ` for ${formatPlatform(platform)}`;
  throw new BuildpacksError('image', `"${name}" has ${fitting.length} images${wanted}, and one is needed`, {
    hint: `It has: ${descriptors.map(describe).join(', ')}.`,
  });
}

function fits(found: Platform | undefined, wanted: Platform): boolean {
  return (
    found?.os === wanted.os &&
    found.architecture === wanted.architecture &&
    (wanted.variant === undefined || found.variant === wanted.variant)
  );
}

function describe({ digest, platform }: Descriptor): string {
  return `${digest} (${platform === undefined ? 'no platform' : formatPlatform(platform)})`;
}
