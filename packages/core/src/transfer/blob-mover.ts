import { reportTransfer } from '../log/transfer.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { Log } from '../ports/index.ts';
import { formatRepository, type Repository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';

/** What it needs of registries. */
export type BlobRegistry = Pick<RegistryClient, 'hasBlob' | 'mountBlob' | 'readBlob' | 'uploadBlob' | 'source'>;

/** How a blob came into a repository. */
export type BlobPassage = 'present' | 'mounted' | 'copied';

/**
 * Brings layers into repositories, each at most once through us from each source to each registry: the first repository there gets a copy,
 * all others mount it from that. Registries that do not mount get it as often as it is needed.
 *
 * A source must have shown that it has a layer before others get that from elsewhere: its manifest may name digests of what it could not
 * read itself.
 */
export class BlobMover {
  readonly #registry: BlobRegistry;
  readonly #log: Log;
  /** From where on its registry each blob of each source can be mounted, once that is known. */
  readonly #places = new Map<string, Promise<Repository>>();

  constructor(registry: BlobRegistry, log: Log) {
    this.#registry = registry;
    this.#log = log;
  }

  async bring(blob: Descriptor, from: Repository, to: Repository): Promise<BlobPassage> {
    const key = `${to.registry} ${formatRepository(from)} ${blob.digest}`;
    for (;;) {
      const known = this.#places.get(key);
      if (known === undefined) return this.#bringFirst(key, blob, { from, to });
      const place = await known.catch(() => undefined);
      if (place !== undefined) return (await this.#bringFrom(place, blob, { from, to })).passage;
    }
  }

  async #bringFirst(key: string, blob: Descriptor, way: Way): Promise<BlobPassage> {
    const bringing = this.#bringFrom(way.from, blob, way);
    const place = bringing.then((brought) => brought.place);
    // Whoever waits for it tries himself; nobody may be waiting.
    place.catch(() => undefined);
    this.#places.set(key, place);
    try {
      return (await bringing).passage;
    } catch (error) {
      this.#places.delete(key);
      throw error;
    }
  }

  /** @returns also from where others on that registry can mount it */
  async #bringFrom(
    place: Repository,
    blob: Descriptor,
    { from, to }: Way,
  ): Promise<{ readonly passage: BlobPassage; readonly place: Repository }> {
    if (await this.#registry.mountBlob(to, blob.digest, place)) return { passage: 'mounted', place };
    if (await this.#registry.hasBlob(to, blob.digest)) {
      const isShown = await this.#registry.source(from).has(blob);
      return { passage: 'present', place: isShown ? to : from };
    }
    await this.#registry.uploadBlob(to, blob, async () =>
      reportTransfer(await this.#registry.readBlob(from, blob), blob, this.#log),
    );
    return { passage: 'copied', place: to };
  }
}

interface Way {
  readonly from: Repository;
  readonly to: Repository;
}
