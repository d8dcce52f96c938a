import { formatPlatform } from '../image/platform.ts';
import { optional } from '../json/json.ts';
import { type Digest, digestOf } from '../reference/index.ts';
import { imageName } from './image-name.ts';
import { type Lock, LOCK_SCHEMA_VERSION, type LockedImage, type LockedPlatform } from './lock.ts';
import { dependencyValue } from './locked-dependency.ts';

/** The text of a lock: equal locks give equal bytes, and each fact has a line of its own, so that a diff shows what moved. */
export function lockJson({ images, dependencies }: Lock): string {
  const value = {
    schemaVersion: LOCK_SCHEMA_VERSION,
    images: images.map(imageValue),
    ...optional('dependencies', dependencies?.map(dependencyValue)),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Of the file that `lock` writes, as `sha256sum` tells it: what a bundle has added to its copy does not count. */
export function lockDigest({ images }: Lock): Digest {
  return digestOf(Buffer.from(lockJson({ images })));
}

function imageValue({ reference, roles, digest, mediaType, platforms }: LockedImage): object {
  return { name: imageName(reference), roles, digest, mediaType, platforms: platforms.map(platformValue) };
}

function platformValue({ platform, digest, lifecycle }: LockedPlatform): object {
  return {
    platform: formatPlatform(platform),
    digest,
    ...optional('lifecycle', lifecycle && { version: lifecycle.version, platformApis: lifecycle.platformApis }),
  };
}
