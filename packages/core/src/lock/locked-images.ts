import { InputError } from '../errors/index.ts';
import type { Platform, RawManifest } from '../image/manifest.ts';
import { formatPlatform, selectPlatform } from '../image/platform.ts';
import { atDigest, type Digest, type ImageReference } from '../reference/index.ts';
import type { RegistryReader } from '../registry/index.ts';
import { mirrorName } from '../mirrors/index.ts';
import { imageName } from './image-name.ts';
import { findLocked, type Lock, type LockedImage, platformIndex } from './lock.ts';

/** A lock as one build uses it. */
export interface LockInUse extends Lock {
  /** Its file as the user wrote it, for messages. */
  readonly file: string;
}

/**
 * Reads images as the lock names them, whatever their tags say now: by the digest of the platform's manifest, so that the index need not
 * be there.
 *
 * @throws InputError (from `manifest` and `resolve`) when an image is not in the lock or not for the platform
 */
export function lockedImages(registry: RegistryReader, lock: LockInUse): RegistryReader {
  return {
    ...registry,
    manifest: async (reference) => {
      const { digest } = entryFor(reference, lock);
      return registry.manifest(atDigest(reference, reference.kind === 'digest' ? reference.digest : digest));
    },
    resolve: async (reference, platform): Promise<{ readonly manifest: RawManifest } | undefined> => {
      const manifest = await registry.manifest(lockedReference(reference, platform, lock));
      return manifest && { manifest };
    },
    places: (reference, platform) => registry.places(lockedReference(reference, platform, lock), platform),
  };
}

/**
 * What a locked build reads for a name: the manifest of its platform, by digest.
 *
 * @throws InputError when the image is not in the lock or not for the platform
 */
export function lockedReference(reference: ImageReference, platform: Platform, lock: LockInUse): ImageReference {
  return atDigest(reference, platformDigest(entryFor(reference, lock), platform, lock));
}

function entryFor(reference: ImageReference, lock: LockInUse): LockedImage {
  const found = findLocked(lock, reference);
  if (found === undefined) throw notLocked(reference, lock);
  return found;
}

function platformDigest(image: LockedImage, platform: Platform, { file }: LockInUse): Digest {
  const found = selectPlatform(platformIndex(image), platform);
  if (found !== undefined) return found.digest;
  const known = image.platforms.map((each) => formatPlatform(each.platform)).join(', ') || 'no platform';
  const message = `"${imageName(image.reference)}" is in "${file}" for ${known}, and the build is for ${formatPlatform(platform)}`;
  throw new InputError([{ input: 'platform', message, hint: 'Build for a platform that the image has.' }]);
}

/** An image that a locked build may not use. Where a mirror will do, the next one is taken. */
export class NotLockedError extends InputError {}

function notLocked(reference: ImageReference, lock: LockInUse): NotLockedError {
  const message = `"${imageName(reference)}" is not in "${lock.file}", and only what it names may be used`;
  const hint =
    copyHint(reference, lock) ??
    'Give a name that is in it, or make it again with the same inputs where they can be reached, outside of a closed network: buildpacks-ci lock.';
  return new NotLockedError([{ input: 'locked', message, hint }]);
}

/** For the name of a copy, where the lock has the image itself: `registry.example/mirror/docker.io/library/busybox:1`. */
function copyHint({ repository }: ImageReference, { images }: LockInUse): string | undefined {
  const name = mirrorName(repository);
  const original = images.find((image) => name.endsWith(`/${mirrorName(image.reference.repository)}`));
  if (original === undefined) return undefined;
  const prefix = name.slice(0, -mirrorName(original.reference.repository).length);
  return `The lock has it as "${imageName(original.reference)}": give that name, and registry-prefix "${prefix}", where its copy is.`;
}
