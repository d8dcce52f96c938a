import { isDeepStrictEqual } from 'node:util';
import { BuildpacksError, InputError } from '../errors/index.ts';
import { type Image, readImage } from '../image/source.ts';
import { type DigestReference, formatReference, parseReference } from '../reference/index.ts';
import type { RegistryReader } from '../registry/index.ts';
import type { Edition } from './subject.ts';

/** Finds the run images that app images were built on, each read once. */
export class RecordedBases {
  readonly #registry: RegistryReader;
  readonly #images = new Map<string, Promise<Image | undefined>>();

  constructor(registry: RegistryReader) {
    this.#registry = registry;
  }

  /**
   * Undefined when it is gone, or can't be read. The digest is the app image's word: it is looked for only where the new run image is, and
   * counts only if the app has the very layers of what it leads to.
   *
   * @throws BuildpacksError `cancelled`
   */
  async baseOf({ app, base }: Pick<Edition, 'app' | 'base'>): Promise<Image | undefined> {
    const recorded = digestReference(app.metadata.runImage.reference);
    if (recorded === undefined) return undefined;
    const image = await this.#once({ ...recorded, repository: base.repository });
    const layers = app.image.config.diffIds.slice(0, app.baseLayers);
    return isDeepStrictEqual(image?.config.diffIds, layers) ? image : undefined;
  }

  #once(reference: DigestReference): Promise<Image | undefined> {
    const key = formatReference(reference);
    const known = this.#images.get(key) ?? this.#read(reference);
    this.#images.set(key, known);
    return known;
  }

  async #read(reference: DigestReference): Promise<Image | undefined> {
    try {
      const manifest = await this.#registry.manifest(reference);
      return manifest && (await readImage(this.#registry.source(reference.repository), manifest));
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
