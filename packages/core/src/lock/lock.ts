import type { Index, Platform } from '../image/manifest.ts';
import { MEDIA_TYPE } from '../image/media-types.ts';
import { type Digest, type ImageReference, sameRepository } from '../reference/index.ts';
import type { LockedDependency } from './locked-dependency.ts';

/** The name of the lock's file in an app and in a bundle. */
export const LOCK_FILE = 'buildpacks-ci.lock.json';
export const LOCK_SCHEMA_VERSION = 1;
/** Bytes: a lock names a few images. */
export const MAX_LOCK_SIZE = 4 * 1024 * 1024;

/** What a build needs an image for. `tool` is our own image, in which the stages run in clusters. */
export const IMAGE_ROLES = ['builder', 'run-image', 'buildpack', 'tool'] as const;
export type ImageRole = (typeof IMAGE_ROLES)[number];

/** All images that builds with the same inputs need, by digest (`docs/lock.schema.json`). It holds no time and nothing of the machine. */
export interface Lock {
  /** By name. */
  readonly images: readonly LockedImage[];
  /** What buildpacks fetch and a bundle was told to take along; in the order of `sortedDependencies`. */
  readonly dependencies?: readonly LockedDependency[];
}

export interface LockedImage {
  /** As asked for; its text is `imageName`. */
  readonly reference: ImageReference;
  /** In the order of `IMAGE_ROLES`. */
  readonly roles: readonly ImageRole[];
  /** Of the index where there is one, else of the manifest. */
  readonly digest: Digest;
  /** Of what the digest names. */
  readonly mediaType: string;
  /** Every platform of the image, in the order of their names. */
  readonly platforms: readonly LockedPlatform[];
}

export interface LockedPlatform {
  readonly platform: Platform;
  /** Of the platform's manifest. */
  readonly digest: Digest;
  /** Of builders: the lifecycle in this platform's image. */
  readonly lifecycle?: LockedLifecycle;
}

export interface LockedLifecycle {
  readonly version: string;
  readonly platformApis: readonly string[];
}

/** The image's platforms as an index would have them, to choose from. */
export function platformIndex({ platforms }: Pick<LockedImage, 'platforms'>): Index {
  const manifests = platforms.map(({ platform, digest }) => {
    return { mediaType: MEDIA_TYPE.ociManifest, digest, size: 0, platform };
  });
  return { mediaType: MEDIA_TYPE.ociIndex, manifests };
}

/**
 * The entry for a name. One by tag has an entry of the same tag; one by digest is also in the lock when an entry of its repository has
 * this digest.
 */
export function findLocked(lock: Lock, reference: ImageReference): LockedImage | undefined {
  const near = lock.images.filter((image) => sameRepository(image.reference.repository, reference.repository));
  if (reference.kind === 'tag') {
    return near.find((image) => image.reference.kind === 'tag' && image.reference.tag === reference.tag);
  }
  const { digest } = reference;
  return near.find((image) => image.digest === digest || image.platforms.some((each) => each.digest === digest));
}
