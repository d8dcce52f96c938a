import { BuildpacksError } from '../errors/index.ts';
import type { Ports } from '../ports/index.ts';
import { type Digest, hexOf, type Repository, formatRepository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';

/** Something that somebody attached to an image: a signature, a bill of materials, a statement of provenance. */
export interface Attachment {
  /** Which image it belongs to. */
  readonly about: Digest;
  /** A digest, or the tag `sha256-…` where it is found by its name. */
  readonly name: string;
  /** What it says of itself: `application/spdx+json`. */
  readonly artifactType?: string;
}

/**
 * What is attached to images. Asks the referrers API, and once for each registry that has none, the list of a repository's tags, in which cosign's signatures stand as well.
 */
export class Attachments {
  readonly #registry: RegistryClient;
  readonly #ports: Pick<Ports, 'signal' | 'log'>;
  /** Whether a registry has the API of referrers, once one answer has told. */
  readonly #hasApi = new Map<string, Promise<boolean>>();
  readonly #tags = new Map<string, Promise<readonly string[]>>();

  constructor(registry: RegistryClient, ports: Pick<Ports, 'signal' | 'log'>) {
    this.#registry = registry;
    this.#ports = ports;
  }

  /** Where the registry does not tell, there is a warning and nothing is listed: an image can be rebased all the same. */
  async of(repository: Repository, digest: Digest): Promise<readonly Attachment[]> {
    try {
      return await this.#find(repository, digest);
    } catch (error) {
      if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
      this.#ports.log.warn(
        `what is attached to ${formatRepository(repository)}@${digest} is not known: ${error.message}`,
      );
      return [];
    }
  }

  async #find(repository: Repository, digest: Digest): Promise<readonly Attachment[]> {
    const listed = await this.#listed(repository, digest);
    const tagged = (await this.tagsOf(repository)).filter((tag) => tag.startsWith(`sha256-${hexOf(digest)}`));
    return [...listed, ...tagged.map((name) => ({ about: digest, name }))];
  }

  async #listed(repository: Repository, digest: Digest): Promise<readonly Attachment[]> {
    const { registry } = repository;
    const known = this.#hasApi.get(registry);
    if (known !== undefined && !(await known)) return [];
    const asking = this.#registry.ownReferrers(repository, digest);
    if (known === undefined) {
      const told = asking.then(
        (referrers) => referrers !== undefined,
        () => true,
      );
      this.#hasApi.set(registry, told);
    }
    return ((await asking) ?? []).map(({ digest: name, artifactType }) => ({
      about: digest,
      name,
      ...(artifactType !== undefined && { artifactType }),
    }));
  }

  /** All tags of a repository, which are asked for once. */
  tagsOf(repository: Repository): Promise<readonly string[]> {
    const key = formatRepository(repository);
    const known = this.#tags.get(key) ?? this.#registry.tags(repository, this.#ports.signal);
    this.#tags.set(key, known);
    return known;
  }
}
