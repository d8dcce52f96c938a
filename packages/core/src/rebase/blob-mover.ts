import { reportTransfer } from '../log/transfer.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { Log } from '../ports/index.ts';
import type { Repository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';

/** How a blob came into a repository. */
export type BlobPassage = 'present' | 'mounted' | 'copied';

/**
 * Brings layers into repositories, each at most once through us for each registry: the first repository there gets a copy, all others mount it
 * from that. Registries that do not mount get it as often as it is needed.
 */
export class BlobMover {
  readonly #registry: RegistryClient;
  readonly #log: Log;
  /** From where on its registry each blob can be mounted, once that is known. */
  readonly #places = new Map<string, Promise<Repository>>();

  constructor(registry: RegistryClient, log: Log) {
    this.#registry = registry;
    this.#log = log;
  }

  async bring(blob: Descriptor, from: Repository, to: Repository): Promise<BlobPassage> {
    const key = `${to.registry} ${blob.digest}`;
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
    if (await this.#registry.hasBlob(to, blob.digest)) return { passage: 'present', place: to };
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
