import { BuildpacksError, InputError } from '../errors/index.ts';
import { readImage } from '../image/source.ts';
import { parseReference } from '../reference/index.ts';
import type { RegistryReader } from '../registry/index.ts';
import type { Edition } from './subject.ts';

/** Images that are made to be reproducible claim to be older. */
const REPRODUCIBLE_BEFORE = Date.UTC(1990, 0, 1);

/** Tells when the run images in app images were made, each read once. */
export class BaseAge {
  readonly #registry: RegistryReader;
  readonly #created = new Map<string, Promise<number | undefined>>();

  constructor(registry: RegistryReader) {
    this.#registry = registry;
  }

  /** Milliseconds since the epoch; undefined when the run image is gone, or does not tell. */
  createdOf({ app }: Edition): Promise<number | undefined> {
    const { reference } = app.metadata.runImage;
    const known = this.#created.get(reference) ?? this.#read(reference);
    this.#created.set(reference, known);
    return known;
  }

  async #read(recorded: string): Promise<number | undefined> {
    try {
      const reference = parseReference(recorded);
      if (reference.kind === 'tag') return undefined;
      const manifest = await this.#registry.manifest(reference);
      if (manifest === undefined) return undefined;
      const { config } = await readImage(this.#registry.source(reference.repository), manifest);
      const created = Date.parse(config.created ?? '');
      return created >= REPRODUCIBLE_BEFORE ? created : undefined;
    } catch (error) {
      if (error instanceof InputError) return undefined;
      if (error instanceof BuildpacksError && error.code !== 'cancelled') return undefined;
      throw error;
    }
  }
}
