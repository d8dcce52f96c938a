import { BuildpacksError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import type { Descriptor, ImageConfig, Index, Platform } from './manifest.ts';
import { isIndexType, isManifestType } from './media-types.ts';

/** What an index entry without a platform means. */
export const DEFAULT_PLATFORM: Platform = { os: 'linux', architecture: 'amd64' };

/** Which platform an image is for, as its configuration says. */
export function platformOf({ config }: { readonly config: ImageConfig }): Platform {
  const { os, architecture, variant } = config;
  return { os, architecture, ...optional('variant', variant) };
}

/**
 * The image of an index that fits a platform best: the very variant first, then the nearest older arm variant, then, when
 * no variant was asked for, the first of the architecture. Entries that are no images (attestations) never fit.
 */
export function selectPlatform(index: Index, wanted: Platform): Descriptor | undefined {
  const candidates = index.manifests.filter(({ mediaType, platform = DEFAULT_PLATFORM }) => {
    return isManifestType(mediaType) && platform.os === wanted.os && platform.architecture === wanted.architecture;
  });
  for (const variant of acceptedVariants(wanted)) {
    const found = candidates.find(({ platform }) => variantOf(platform ?? DEFAULT_PLATFORM) === variant);
    if (found !== undefined) return found;
  }
  return wanted.variant === undefined ? candidates[0] : undefined;
}

/** What to throw when an index has no image for a platform. */
export function missingPlatform(name: string, index: Index, wanted: Platform): BuildpacksError {
  if (index.manifests.some(({ mediaType }) => isIndexType(mediaType))) return nestedIndex(name, wanted);
  const offered = index.manifests.flatMap(({ platform }) => (platform === undefined ? [] : [formatPlatform(platform)]));
  const known = [...new Set(offered)].filter((platform) => platform !== 'unknown/unknown');
  return new BuildpacksError(
    'image',
    `"${name}" has no image for ${formatPlatform(wanted)}, only for ${known.join(', ') || 'no platform'}`,
    { hint: 'Use an image that was built for this platform.' },
  );
}

function nestedIndex(name: string, wanted: Platform): BuildpacksError {
  return new BuildpacksError(
    'image',
    `"${name}" has no image for ${formatPlatform(wanted)}: an index inside of its index may have one`,
    { hint: "Name the inner index, or the platform's image, by its digest." },
  );
}

/** `linux/arm64`, `linux/arm/v7`. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

const ARM_VARIANTS = ['v8', 'v7', 'v6', 'v5'];

function acceptedVariants(wanted: Platform): readonly string[] {
  const variant = variantOf(wanted);
  return wanted.architecture === 'arm' ? ARM_VARIANTS.slice(Math.max(0, ARM_VARIANTS.indexOf(variant))) : [variant];
}

/** The variant that is meant when none is written. */
function variantOf({ architecture, variant }: Platform): string {
  if (variant !== undefined) return variant;
  if (architecture === 'arm64') return 'v8';
  return architecture === 'arm' ? 'v7' : '';
}
