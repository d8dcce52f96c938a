import type { BuildpacksError } from '../errors/index.ts';
import type { Platform } from '../image/manifest.ts';
import { formatPlatform } from '../image/platform.ts';
import { type Image, readImage } from '../image/source.ts';
import { type Digest, formatReference, type ImageReference } from '../reference/index.ts';
import { RegistryError, type RegistryReader } from '../registry/index.ts';

/** A run image of one platform. */
export interface FoundRunImage {
  readonly image: Image;
  /** Of its manifest and, if there is one, of the index that led to it. */
  readonly digests: readonly [Digest, ...Digest[]];
}

/**
 * Reads run images, each once however many images stand on it. A registry that does not answer is waited for once: labels may name any
 * number of its images.
 */
export class RunImageReader {
  readonly #registry: RegistryReader;
  readonly #found = new Map<string, Promise<FoundRunImage | undefined>>();
  /** Registries that did not answer, and how. */
  readonly #silent = new Map<string, BuildpacksError>();

  constructor(registry: RegistryReader) {
    this.#registry = registry;
  }

  /**
   * Undefined when it does not exist.
   *
   * @param near `host[:port]` that is asked again although it was silent: the app image is on it, so that it does answer
   * @throws BuildpacksError as `RegistryReader.resolve` and `readImage`
   */
  async read(reference: ImageReference, platform: Platform, near?: string): Promise<FoundRunImage | undefined> {
    const { registry } = reference.repository;
    const silent = this.#silent.get(registry);
    if (silent !== undefined) throw silent;
    try {
      return await this.#once(reference, platform);
    } catch (error) {
      const isSilent = error instanceof RegistryError && error.code === 'temporary' && error.status === undefined;
      if (isSilent && registry !== near) this.#silent.set(registry, error);
      throw error;
    }
  }

  #once(reference: ImageReference, platform: Platform): Promise<FoundRunImage | undefined> {
    const key = `${formatReference(reference)} ${formatPlatform(platform)}`;
    const known = this.#found.get(key) ?? this.#readAnew(reference, platform);
    this.#found.set(key, known);
    return known;
  }

  async #readAnew(reference: ImageReference, platform: Platform): Promise<FoundRunImage | undefined> {
    const found = await this.#registry.resolve(reference, platform);
    if (found === undefined) return undefined;
    const image = await readImage(this.#registry.source(reference.repository), found.manifest);
    return { image, digests: [image.raw.digest, ...(found.index === undefined ? [] : [found.index.digest])] };
  }
}
