import type { Descriptor, Index, Platform } from '../../image/manifest.ts';
import { isIndexType } from '../../image/media-types.ts';
import { missingPlatform, selectPlatform } from '../../image/platform.ts';

/** Which images of an index are taken along. */
export interface PlatformChoice {
  /** The platforms; undefined: all. */
  readonly platforms: readonly Platform[] | undefined;
  /**
   * The children of an index that are taken along, in its order.
   *
   * @throws BuildpacksError `image` when the index has no image for one of the platforms
   */
  childrenOf(index: Index, name: string): readonly Descriptor[];
}

export const EVERY_PLATFORM: PlatformChoice = { platforms: undefined, childrenOf: ({ manifests }) => manifests };

/** The annotation by which BuildKit's attestations name the manifest that they are about. */
const ATTESTED = 'vnd.docker.reference.digest';

/**
 * Of each index the image for each platform, with the attestations that stand beside it. An index in an index is looked through; only
 * where there is none must every platform be found.
 */
export function choosePlatforms(platforms: readonly Platform[]): PlatformChoice {
  return {
    platforms,
    childrenOf: (index, name) => {
      const isNested = index.manifests.some(({ mediaType }) => isIndexType(mediaType));
      const chosen = platforms.flatMap((platform) => {
        const found = selectPlatform(index, platform);
        if (found === undefined && !isNested) throw missingPlatform(name, index, platform);
        return found ?? [];
      });
      const digests = new Set<string>(chosen.map(({ digest }) => digest));
      return index.manifests.filter(
        ({ mediaType, digest, annotations }) =>
          digests.has(digest) || digests.has(annotations?.[ATTESTED] ?? '') || isIndexType(mediaType),
      );
    },
  };
}
