import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { NO_CONFIG, NO_CONFIG_DESCRIPTOR } from '../../image/no-config.ts';
import { BuildpacksError } from '../../errors/index.ts';
import type { Descriptor, RawManifest } from '../../image/manifest.ts';
import { allInOrder, mapInParallel } from '../../parallel/parallel.ts';
import type { ByteRange, CacheStore, Clock, NewIndex, PackFile, StoredEntry, StoredIndex } from '../../ports/index.ts';
import { type Digest, formatRepository, type Repository } from '../../reference/index.ts';
import { RegistryError, type RegistryStorage, type RegistryTarget } from '../../registry/index.ts';
import { explained } from './explained.ts';
import { type CacheArtifact, indexDescriptor, PACK_TYPE, readArtifact, renderArtifact } from './registry-artifact.ts';
import { keyOfTag, tagOf } from './registry-tag.ts';

/** Manifests that are asked for at once. */
const AT_ONCE = 6;

export interface RegistryStoreOptions {
  readonly registry: RegistryTarget & RegistryStorage;
  readonly clock: Clock;
}

/**
 * A cache store in a repository of a registry, alone or beside images: under a tag for each key an artifact whose layers are the index and
 * the packs that it names. What no tag names any more is for the registry to collect.
 */
export function createRegistryStore(repository: Repository, options: RegistryStoreOptions): CacheStore {
  return new RegistryStore(repository, options);
}

/** What a tag names now. */
interface TaggedArtifact {
  readonly artifact: CacheArtifact;
  readonly digest: Digest;
}

class RegistryStore implements CacheStore {
  readonly name: string;
  readonly #repository: Repository;
  readonly #registry: RegistryTarget & RegistryStorage;
  readonly #clock: Clock;
  /** Packs that are known to be in the repository. */
  readonly #packs = new Map<Digest, Descriptor>();

  constructor(repository: Repository, { registry, clock }: RegistryStoreOptions) {
    this.name = `registry:${formatRepository(repository)}`;
    this.#repository = repository;
    this.#registry = registry;
    this.#clock = clock;
  }

  readIndex(keys: readonly string[], maxBytes: number, signal: AbortSignal): Promise<StoredIndex | undefined> {
    return explained(signal, async () => {
      for (const key of keys) {
        const found = await this.#find(key);
        const object = found && (await this.#object(found.artifact, maxBytes, signal));
        if (object !== undefined) return { key, object };
      }
      return undefined;
    });
  }

  writeIndex(key: string, { object, packs }: NewIndex, signal: AbortSignal): Promise<void> {
    return explained(signal, async () => {
      const index = indexDescriptor(object);
      const [old] = await allInOrder([
        this.#find(key),
        this.#provideConfig(),
        this.#registry.uploadBlob(this.#repository, index, () => Readable.from([object])),
      ]);
      for (const pack of old?.artifact.packs ?? []) this.#packs.set(pack.digest, pack);
      const present = await mapInParallel(packs, AT_ONCE, (pack) => this.#pack(pack));
      signal.throwIfAborted();
      await this.#put({ key, index, packs: present.filter((pack) => pack !== undefined) }, old);
    });
  }

  readPack(digest: Digest, range: ByteRange, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    return explained(signal, async () => {
      const pieces = await this.#registry.readBlobRange({ repository: this.#repository, digest, ...range }, signal);
      return pieces && abortable(pieces, signal);
    });
  }

  writePack({ digest, size, file }: PackFile, signal: AbortSignal): Promise<void> {
    return explained(signal, async () => {
      const pack: Descriptor = { mediaType: PACK_TYPE, digest, size };
      if (!(await this.#registry.hasBlob(this.#repository, digest))) {
        await this.#registry.uploadBlob(this.#repository, pack, () => createReadStream(file, { signal }));
      }
      this.#packs.set(digest, pack);
    });
  }

  list(signal: AbortSignal): Promise<readonly StoredEntry[]> {
    return explained(signal, async () => {
      const tags = await this.#registry.tags(this.#repository, signal);
      const keys = tags.map(keyOfTag).filter((key) => key !== undefined);
      const found = await mapInParallel(keys, AT_ONCE, (key) => this.#find(key));
      return found.flatMap((tagged) => this.#entry(tagged?.artifact) ?? []);
    });
  }

  remove(key: string, signal: AbortSignal): Promise<void> {
    return explained(signal, async () => {
      const found = await this.#find(key);
      if (found?.artifact.index === undefined) return;
      try {
        await this.#registry.deleteManifest(this.#repository, found.digest);
        await this.#release(found.artifact.previous);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        await this.#provideConfig();
        await this.#put({ key, packs: [] }, found);
      }
    });
  }

  /** What the key's tag names, if that is ours. */
  async #find(key: string): Promise<TaggedArtifact | undefined> {
    const reference = { kind: 'tag', repository: this.#repository, tag: tagOf(key) } as const;
    const raw: RawManifest | undefined = await this.#registry.ownManifest(reference);
    const artifact = raw && readArtifact(raw, key);
    return raw && artifact && { artifact, digest: raw.digest };
  }

  async #object({ index }: CacheArtifact, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (index === undefined) return undefined;
    const { digest, size } = index;
    if (size > maxBytes) throw new BuildpacksError('image', `the index in "${this.name}" has ${size} bytes`);
    const range = { repository: this.#repository, digest, start: 0, end: size };
    const pieces = await this.#registry.readBlobRange(range, signal);
    return pieces && buffer(pieces);
  }

  #entry(artifact: CacheArtifact | undefined): StoredEntry | undefined {
    if (artifact?.index === undefined) return undefined;
    const { key, index, packs, created } = artifact;
    return {
      key,
      used: created,
      bytes: packs.reduce((sum, { size }) => sum + size, index.size),
      object: (maxBytes, signal) => explained(signal, () => this.#object(artifact, maxBytes, signal)),
    };
  }

  /** The pack's descriptor; undefined when it is not there, and the registry would refuse a manifest that names it. */
  async #pack(digest: Digest): Promise<Descriptor | undefined> {
    const known = this.#packs.get(digest);
    if (known !== undefined) return known;
    const size = await this.#registry.blobSize(this.#repository, digest);
    return size === undefined ? undefined : { mediaType: PACK_TYPE, digest, size };
  }

  async #provideConfig(): Promise<void> {
    if (await this.#registry.hasBlob(this.#repository, NO_CONFIG_DESCRIPTOR.digest)) return;
    await this.#registry.uploadBlob(this.#repository, NO_CONFIG_DESCRIPTOR, () => Readable.from([NO_CONFIG]));
  }

  /** Moves the key's tag. What it named before stays for those who are reading it; what came before that goes. */
  async #put(artifact: Pick<CacheArtifact, 'key' | 'index' | 'packs'>, old: TaggedArtifact | undefined): Promise<void> {
    const manifest = renderArtifact({
      ...artifact,
      created: this.#clock.now(),
      ...(old !== undefined && { previous: old.digest }),
    });
    await this.#registry.putManifest(this.#repository, tagOf(artifact.key), manifest);
    await this.#release(old?.artifact.previous);
  }

  /** Where a registry does not let us, its own rules for what has no tag take care of it. */
  async #release(manifest: Digest | undefined): Promise<void> {
    if (manifest === undefined) return;
    await this.#registry.deleteManifest(this.#repository, manifest).catch(() => undefined);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof RegistryError && error.status !== undefined && !error.transient;
}

async function* abortable(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of pieces) {
      signal.throwIfAborted();
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
