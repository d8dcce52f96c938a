import { isDeepStrictEqual } from 'node:util';
import { BuildpacksError, InputError } from '../errors/index.ts';
import { creationTime } from '../image/creation-time.ts';
import type { ImageConfig } from '../image/manifest.ts';
import { readImage } from '../image/source.ts';
import { type DigestReference, formatReference, parseReference } from '../reference/index.ts';
import type { RegistryReader } from '../registry/index.ts';
import type { Edition } from './subject.ts';

/** Tells when the run images in app images were made, each read once. */
export class BaseAge {
  readonly #registry: RegistryReader;
  readonly #now: number;
  readonly #configs = new Map<string, Promise<ImageConfig | undefined>>();

  /** @param now milliseconds since the epoch */
  constructor(registry: RegistryReader, now: number) {
    this.#registry = registry;
    this.#now = now;
  }

  /**
   * Milliseconds since the epoch; undefined when the run image is gone, or does not tell. The digest is the app image's word: it is looked
   * for only where the new run image is, and counts only if the app has the very layers of what it leads to.
   */
  async createdOf({ app, base }: Edition): Promise<number | undefined> {
    const recorded = digestReference(app.metadata.runImage.reference);
    if (recorded === undefined) return undefined;
    const config = await this.#configOf({ ...recorded, repository: base.repository });
    const layers = app.image.config.diffIds.slice(0, app.baseLayers);
    if (config === undefined || !isDeepStrictEqual(config.diffIds, layers)) return undefined;
    const created = creationTime(config);
    return created !== undefined && created <= this.#now ? created : undefined;
  }

  #configOf(reference: DigestReference): Promise<ImageConfig | undefined> {
    const key = formatReference(reference);
    const known = this.#configs.get(key) ?? this.#read(reference);
    this.#configs.set(key, known);
    return known;
  }

  async #read(reference: DigestReference): Promise<ImageConfig | undefined> {
    try {
      const manifest = await this.#registry.manifest(reference);
      if (manifest === undefined) return undefined;
      return (await readImage(this.#registry.source(reference.repository), manifest)).config;
    } catch (error) {
      if (error instanceof BuildpacksError && error.code !== 'cancelled') return undefined;
      throw error;
    }
  }
}

function digestReference(recorded: string): DigestReference | undefined {
  try {
    const reference = parseReference(recorded);
    return reference.kind === 'digest' ? reference : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
