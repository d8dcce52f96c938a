import { type Descriptor, parseIndex, type Platform, type RawManifest } from '../../image/manifest.ts';
import { isIndexType, isManifestType } from '../../image/media-types.ts';
import { DEFAULT_PLATFORM, formatPlatform, platformOf } from '../../image/platform.ts';
import { readImage } from '../../image/source.ts';
import type { AskedPlace } from '../../mirrors/index.ts';
import { atDigest, type ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { compareText } from '../../lock/image-name.ts';
import { findLocked, type Lock, type LockedImage, type LockedPlatform } from '../../lock/lock.ts';

/** An image as a registry has it. */
export type FoundImage = Omit<LockedImage, 'roles'>;

/** Looks images up for a lock. */
export class ImageFinder {
  readonly #registry: RegistryReader;
  readonly #kept: Lock | undefined;

  /** @param kept names in it are looked up by the digest that they have there */
  constructor(registry: RegistryReader, kept: Lock | undefined) {
    this.#registry = registry;
    this.#kept = kept;
  }

  /** Undefined when the registry does not have it. */
  async find(reference: ImageReference): Promise<FoundImage | undefined> {
    const raw = await this.#registry.manifest(this.#asked(reference));
    if (raw === undefined) return undefined;
    const { digest, mediaType } = raw;
    return { reference, digest, mediaType, platforms: await this.#platforms(reference, raw) };
  }

  /** Where it is looked for, for messages. */
  places(reference: ImageReference): readonly AskedPlace[] {
    return this.#registry.places(this.#asked(reference), DEFAULT_PLATFORM);
  }

  #asked(reference: ImageReference): ImageReference {
    const known = this.#kept === undefined ? undefined : findLocked(this.#kept, reference);
    return known === undefined ? reference : atDigest(reference, known.digest);
  }

  async #platforms(reference: ImageReference, raw: RawManifest): Promise<readonly LockedPlatform[]> {
    if (isIndexType(raw.mediaType)) return platformsOf(parseIndex(raw).manifests);
    const image = await readImage(this.#registry.source(reference.repository), raw);
    return [{ platform: platformOf(image), digest: raw.digest }];
  }
}

/** Attestations stand in an index under the platform `unknown/unknown`. Of several images for one platform the first is the one that is used. */
function platformsOf(manifests: readonly Descriptor[]): readonly LockedPlatform[] {
  const byName = new Map<string, LockedPlatform>();
  for (const { mediaType, digest, platform = DEFAULT_PLATFORM } of manifests) {
    if (!isManifestType(mediaType) || !isKnown(platform) || byName.has(formatPlatform(platform))) continue;
    byName.set(formatPlatform(platform), { platform, digest });
  }
  return [...byName].sort(([a], [b]) => compareText(a, b)).map(([, each]) => each);
}

function isKnown({ os, architecture }: Platform): boolean {
  return os !== 'unknown' && os !== '' && architecture !== '';
}
