import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor, Index } from './manifest.ts';
import { isIndexType, isManifestType } from './media-types.ts';

/** More platforms than there are. */
const MAX_IMAGES = 64;

/**
 * The images of an index, each once. Attestations, which stand there under the platform `unknown/unknown`, and other things are left out.
 *
 * @param name for messages
 * @throws BuildpacksError `image` when it holds another index, or more images than there are platforms: none of them may be passed over
 */
export function imagesOfIndex({ manifests }: Pick<Index, 'manifests'>, name: string): readonly Descriptor[] {
  if (manifests.some(({ mediaType }) => isIndexType(mediaType))) {
    throw new BuildpacksError('image', `"${name}" is an index that holds another index`, {
      hint: 'Name the inner one by its digest.',
    });
  }
  const images = manifests.filter(({ mediaType, platform }) => isManifestType(mediaType) && platform?.os !== 'unknown');
  const unique = [...new Map(images.map((image) => [image.digest, image])).values()];
  if (unique.length <= MAX_IMAGES) return unique;
  throw new BuildpacksError(
    'image',
    `"${name}" is an index of ${unique.length} images; at most ${MAX_IMAGES} are read`,
  );
}
