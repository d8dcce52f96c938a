import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { adviceOf, BuildpacksError } from '../../errors/index.ts';
import { readRegularFile, statRegularFile } from '../../files/regular-file.ts';
import type { CacheStore } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { CacheIndex, IndexedLayer } from '../format/cache-index.ts';
import { type CacheIdentity, identityKey } from '../format/identity.ts';
import { sealIndex } from '../format/index-object.ts';
import type { CacheKey } from '../format/keys.ts';
import { CACHE_LIMITS } from '../format/limits.ts';
import { cachedLayers } from '../layers/cached-layers.ts';
import type { CachePorts } from '../restore/restore.ts';
import { limitPatience } from '../store/patience.ts';
import { type CacheTraffic, countTraffic, noTraffic } from '../store/traffic.ts';
import { CACHE_METADATA, COMMITTED, fileOfLayer } from '../volume-cache.ts';
import { NewLayers } from './new-layers.ts';
import { PACK_BYTES, type ParentCache, planSave, type SavePlan, sparsePacks, type StoredLayers } from './plan.ts';
import { withinLimits } from './within-limits.ts';

export interface SaveRequest {
  readonly store: CacheStore;
  /** The build's volume cache: hostile input. */
  readonly cache: string;
  readonly identity: CacheIdentity;
  /** What the build found, if anything. */
  readonly parent?: ParentCache;
  /** The builder image's manifest. */
  readonly builder: Digest;
  /** The image that the build made, if it was published; else the parent's stays. */
  readonly image?: Digest;
  /** Our name and version. */
  readonly createdBy: string;
  /** Bytes that the packs of the cache may have. */
  readonly maxBytes: number;
  /** Seconds that a signed index may be used. */
  readonly lifetime: number;
  /** Signs the index. */
  readonly key?: CacheKey;
  /** A directory for files, with room for one pack. */
  readonly temporary: string;
  /** That the store can't be used has been told by a warning: more of it is no second one. */
  readonly isInTrouble?: boolean;
}

export interface SaveOutcome {
  readonly kind: 'saved' | 'unchanged' | 'nothing' | 'failed';
  /** Layers that were read and packed. */
  readonly layers: readonly IndexedLayer[];
  /** Layers that the cache lacks, and why. */
  readonly skipped: ReadonlyMap<Digest, string>;
  readonly traffic: CacheTraffic;
}

/**
 * Stores what the build has cached: new chunks in one new pack as a rule, then an index that names everything; nothing when nothing has
 * changed. Nothing but an abort makes this fail: trouble is one warning, and the older cache stays.
 */
export async function saveCache(request: SaveRequest, ports: CachePorts): Promise<SaveOutcome> {
  const traffic = noTraffic();
  const store = countTraffic(limitPatience(request.store, ports.clock), traffic);
  try {
    return await new Saving({ ...request, store }, ports, traffic).run();
  } catch (error) {
    ports.signal.throwIfAborted();
    const message = `the layer cache "${store.name}" was not saved: ${adviceOf(error)}`;
    if (request.isInTrouble === true) ports.log.info(message);
    else ports.log.warn(message);
    return { kind: 'failed', layers: [], skipped: new Map(), traffic };
  }
}

class Saving {
  readonly #request: SaveRequest;
  readonly #ports: CachePorts;
  readonly #traffic: CacheTraffic;
  readonly #skipped = new Map<Digest, string>();

  constructor(request: SaveRequest, ports: CachePorts, traffic: CacheTraffic) {
    this.#request = request;
    this.#ports = ports;
    this.#traffic = traffic;
  }

  async run(): Promise<SaveOutcome> {
    const { cache, parent, maxBytes } = this.#request;
    const metadata = await readRegularFile(cache, [COMMITTED, CACHE_METADATA], CACHE_LIMITS.metadata);
    if (metadata === undefined) return this.#outcome('nothing', []);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(metadata);
    const folders = cachedLayers(text);
    const plan = planSave(new Set(folders.keys()), parent, maxBytes);
    for (const layer of plan.dropped)
      this.#skipped.set(layer, `the cache would be larger than cache-max-size, ${maxBytes} bytes`);
    const packed = await this.#packNew(plan, folders);
    const stored = withinLimits(packed);
    const kept = new Set(stored.layers.map(({ diffId }) => diffId));
    for (const { diffId } of packed.layers)
      if (!kept.has(diffId)) this.#skipped.set(diffId, 'with it the cache would exceed the limits of its format');
    const isKept = await this.#writeIndex(text, stored);
    if (this.#skipped.size > 0) this.#tellSkipped(folders.size);
    const added = stored.layers.filter(({ diffId }) => plan.read.includes(diffId));
    return this.#outcome(isKept ? 'unchanged' : 'saved', added);
  }

  #outcome(kind: SaveOutcome['kind'], layers: readonly IndexedLayer[]): SaveOutcome {
    return { kind, layers, skipped: this.#skipped, traffic: this.#traffic };
  }

  async #packNew(plan: SavePlan, folders: ReadonlyMap<Digest, string>): Promise<StoredLayers> {
    if (plan.read.length === 0) return plan;
    const { store, parent, maxBytes, temporary } = this.#request;
    const { signal } = this.#ports;
    const scratch = await mkdtemp(path.join(temporary, 'cache-save-'));
    const packing = new NewLayers({
      scratch,
      stored: plan.packs,
      maxBytes,
      packBytes: PACK_BYTES,
      avoid: parent?.badPacks ?? new Set(),
      upload: ({ digest, size }, file) => store.writePack({ digest, size, file }, signal),
    });
    try {
      const layers = [...plan.layers];
      for (const layer of await this.#smallestFirst(plan.read)) {
        const added = await this.#add(layer, folders.get(layer) ?? '', packing);
        if (added !== undefined) layers.push(added);
      }
      await this.#moveFromSparse(layers, plan, packing);
      return { layers, packs: await packing.finish() };
    } finally {
      await packing.close();
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** A layer that is not what it should be is left out, and the others are saved. */
  async #add(layer: Digest, folder: string, packing: NewLayers): Promise<IndexedLayer | undefined> {
    const { cache, identity } = this.#request;
    const { signal } = this.#ports;
    try {
      const rule = { folder, uid: identity.uid, gid: identity.gid };
      return await packing.add({ cache, layer, signal }, rule);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BuildpacksError) || error.code !== 'image') throw error;
      this.#skipped.set(layer, error.message);
      return undefined;
    }
  }

  /** Replaces the layers that need packs which are not worth reading any more. One that can't be moved stays as it is. */
  async #moveFromSparse(layers: IndexedLayer[], { packs }: SavePlan, packing: NewLayers): Promise<void> {
    const { cache } = this.#request;
    const { signal } = this.#ports;
    const sparse = sparsePacks({ layers, packs }, packing.newBytes);
    for (const [index, layer] of layers.entries()) {
      if (!layer.chunks.some(({ pack }) => sparse.has(pack))) continue;
      try {
        layers[index] = await packing.move(layer, sparse, { cache, layer: layer.diffId, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BuildpacksError) || error.code !== 'image') throw error;
      }
    }
  }

  /** So that the size limit costs as few layers as possible. */
  async #smallestFirst(layers: readonly Digest[]): Promise<readonly Digest[]> {
    const sized = layers.map(async (layer) => {
      const stats = await statRegularFile(this.#request.cache, [COMMITTED, fileOfLayer(layer)]);
      return { layer, size: stats?.size ?? 0 };
    });
    return (await Promise.all(sized)).sort((a, b) => a.size - b.size).map(({ layer }) => layer);
  }

  /** @returns true when the index is the one that is there already */
  async #writeIndex(metadata: string, stored: StoredLayers): Promise<boolean> {
    const { store, identity, parent, builder, createdBy, lifetime, key } = this.#request;
    const image = this.#request.image ?? parent?.index.image;
    const created = Math.floor(this.#ports.clock.now() / 1000);
    const index: CacheIndex = {
      identity,
      created,
      expires: created + lifetime,
      createdBy,
      builder,
      ...(image !== undefined && { image }),
      ...(parent !== undefined && { parent: parent.digest }),
      metadata,
      ...stored,
    };
    const isSignedAnew =
      key !== undefined && parent !== undefined && needsSignature(parent, { key, created, lifetime });
    if (parent !== undefined && !isSignedAnew && saysTheSame(index, parent.index)) return true;
    const object = await sealIndex(index, key);
    const packs = index.packs.map(({ digest }) => digest);
    await store.writeIndex(identityKey(identity), { object, packs }, this.#ports.signal);
    return false;
  }

  #tellSkipped(total: number): void {
    const [reason] = this.#skipped.values();
    this.#ports.log.warn(`${this.#skipped.size} of ${total} cached layers were not saved: ${reason ?? ''}`);
  }
}

/** Half of its time is over; or another key signed it, which those who read may soon have no more. */
function needsSignature(
  { index, signer }: ParentCache,
  { key, created, lifetime }: { readonly key: CacheKey; readonly created: number; readonly lifetime: number },
): boolean {
  return signer !== key.id || created > index.expires - lifetime / 2;
}

/** Whether a build that reads the one finds the same as with the other. */
function saysTheSame(a: CacheIndex, b: CacheIndex): boolean {
  const essence = ({ identity, builder, image, metadata, layers, packs }: CacheIndex) => ({
    identity: identityKey(identity),
    builder,
    image,
    metadata,
    layers: [...layers].sort((x, y) => (x.diffId < y.diffId ? -1 : 1)),
    packs: packs.map(({ digest }) => digest),
  });
  return isDeepStrictEqual(essence(a), essence(b));
}
