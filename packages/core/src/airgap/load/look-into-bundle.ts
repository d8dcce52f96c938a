import type { Ports } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import { optional } from '../../json/json.ts';
import { formatPlatform } from '../../image/platform.ts';
import { imageName } from '../../lock/image-name.ts';
import type { Lock } from '../../lock/lock.ts';
import { lockDigest } from '../../lock/lock-json.ts';
import { dependencyFile } from '../content/bundle-files.ts';
import type { NamedTree } from '../content/image-tree.ts';
import { checkBundle } from './check-bundle.ts';
import { openBundle } from './open-bundle.ts';
import { broughtPlatforms } from './pull-references.ts';

/** Which bundle is looked into: as in `LoadRequest`. */
export interface LookRequest {
  readonly bundle: string;
  readonly expected?: Digest;
}

/** What is in a bundle, for whoever decides whether it may come in. */
export interface BundleContents {
  /** Of `SHA256SUMS`. */
  readonly digest: Digest;
  /** Of the lock (`lockDigest`). */
  readonly lock: Digest;
  /** Of the lock of the bundle that must have been loaded before; absent: none. */
  readonly earlier?: Digest;
  readonly images: readonly ListedImage[];
  readonly attachments: readonly ListedManifest[];
  readonly dependencies: readonly ListedDependency[];
  /** Bytes of all its files. */
  readonly size: number;
}

/** A name, and what it leads to. */
export interface ListedManifest {
  /** In its long form. */
  readonly name: string;
  readonly digest: Digest;
  /** Bytes of the manifests, configurations and layers below it, whether an image before has them too, and an earlier bundle. */
  readonly size: number;
}

export interface ListedImage extends ListedManifest {
  /** Those that the bundle has. */
  readonly platforms: readonly { readonly platform: string; readonly digest: Digest }[];
}

/** What a buildpack fetches. */
export interface ListedDependency {
  readonly id: string;
  readonly version: string;
  readonly uri: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/**
 * Checks every byte of a bundle, without any registry, and tells what is in it.
 *
 * @throws BuildpacksError as `loadBundle` does for its check
 */
export async function lookIntoBundle({ bundle: place, expected }: LookRequest, ports: Ports): Promise<BundleContents> {
  ports.log.phase('check');
  const source = await openBundle(place, ports.machine.workingDirectory);
  try {
    const { digest, lock, facts, images, attachments } = await checkBundle(source, expected, ports.log);
    return {
      digest,
      lock: lockDigest(lock),
      ...optional('earlier', facts.since?.lock),
      images: images.map((image) => listedImage(image, lock)),
      attachments: attachments.map(listedManifest),
      dependencies: (lock.dependencies ?? []).map((each) => {
        return { ...each, size: source.files.get(dependencyFile(each.digest)) ?? 0 };
      }),
      size: [...source.files.values()].reduce((sum, size) => sum + size, 0),
    };
  } finally {
    await source.close();
  }
}

function listedImage(image: NamedTree, lock: Lock): ListedImage {
  return {
    ...listedManifest(image),
    platforms: broughtPlatforms(image, lock).map(({ platform, digest }) => ({
      platform: formatPlatform(platform),
      digest,
    })),
  };
}

function listedManifest({ reference, tree }: NamedTree): ListedManifest {
  const { root, manifests, blobs } = tree;
  const sizes = [...manifests.map(({ bytes }) => bytes.length), ...blobs.map(({ size }) => size)];
  return { name: imageName(reference), digest: root.digest, size: sizes.reduce((sum, size) => sum + size, 0) };
}
