import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseIndex, rawManifest } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { type LockedImage } from '../../../packages/core/src/lock/lock.ts';
import { lockJson } from '../../../packages/core/src/lock/lock-json.ts';
import { hexOf, parseReference } from '../../../packages/core/src/reference/index.ts';
import type { CarriedImage } from './images.ts';

/** Where an image of the benchmark is on a registry. */
export function nameOf(host: string, { name }: CarriedImage): string {
  return `${host}/team/${name}:1`;
}

/** The text of a lock of these images, as `buildpacks-ci lock` would write it for builds with them. */
export async function lockOf(host: string, images: readonly CarriedImage[]): Promise<string> {
  return lockJson({ images: await Promise.all(images.map((image) => lockedImage(host, image))) });
}

async function lockedImage(host: string, image: CarriedImage): Promise<LockedImage> {
  const file = (...parts: readonly string[]) => readFile(path.join(image.layout, ...parts));
  const [root] = parseIndex(rawManifest(await file('index.json'), MEDIA_TYPE.ociIndex)).manifests;
  if (root === undefined) throw new Error(`${image.layout} is empty`);
  const index = parseIndex(rawManifest(await file('blobs', 'sha256', hexOf(root.digest)), root.mediaType));
  return {
    reference: parseReference(nameOf(host, image)),
    roles: ['builder'],
    digest: root.digest,
    mediaType: root.mediaType,
    platforms: index.manifests.flatMap(({ platform, digest }) =>
      platform === undefined || platform.os === 'unknown' ? [] : [{ platform, digest }],
    ),
  };
}
