import { createHash } from 'node:crypto';
import { BuildpacksError } from '../../errors/index.ts';
import { Chunker } from '../chunk/chunker.ts';
import type { ChunkRun, IndexedLayer, IndexedPack } from '../format/cache-index.ts';
import { type ChunkName, chunkName } from '../format/chunk-table.ts';
import { type LayerRule, LayerScan } from '../layers/layer-scan.ts';
import { type LayerSource, openTar, readChunk, readTar } from './layer-tar.ts';
import { NewPacks, type NewPacksOptions, type Place } from './new-packs.ts';

export interface NewLayersOptions extends NewPacksOptions {
  /** Bytes that all packs may have together. */
  readonly maxBytes: number;
}

/** Packs layers one after the other: of each only the chunks that no pack has yet. A large one may need several packs. */
export class NewLayers {
  readonly #maxBytes: number;
  readonly #storedBytes: number;
  readonly #packs: NewPacks;
  readonly #places = new Map<ChunkName, Place>();
  /** The places of the chunks that the layer under way has brought. */
  readonly #pending = new Map<ChunkName, Place>();

  constructor(options: NewLayersOptions) {
    this.#maxBytes = options.maxBytes;
    this.#packs = new NewPacks(options);
    this.#storedBytes = this.#packs.bytes;
    for (const [pack, { chunks }] of options.stored.entries()) {
      for (let chunk = 0; chunk < chunks.count; chunk++) this.#places.set(chunks.nameOf(chunk), { pack, chunk });
    }
  }

  /**
   * Packs a layer. When that fails no pack has anything of it, but for those that were stored meanwhile with other layers in them.
   *
   * @throws BuildpacksError `image` when the tar is not there, is not the layer, or has no room
   */
  add(source: LayerSource, rule: LayerRule): Promise<IndexedLayer> {
    return this.#wholly(() => this.#pack(source, rule));
  }

  /**
   * Packs again what a layer has in these packs, so that it needs them no more; or nothing of it, as `add`. Only these parts of the tar
   * are read.
   *
   * @param packs positions among all packs, those that were stored first
   * @throws BuildpacksError `image` when the tar does not hold the layer's chunks, or has no room
   */
  move(layer: IndexedLayer, packs: ReadonlySet<number>, source: LayerSource): Promise<IndexedLayer> {
    return this.#wholly(() => this.#repack(layer, packs, source));
  }

  /** Compressed bytes of the packs that were not stored. */
  get newBytes(): number {
    return this.#packs.bytes - this.#storedBytes;
  }

  /** Completes the last pack. Gives all packs: those that were stored first. */
  finish(): Promise<readonly IndexedPack[]> {
    return this.#packs.finish();
  }

  /** To be called in any case. */
  close(): Promise<void> {
    return this.#packs.close();
  }

  async #wholly(pack: () => Promise<IndexedLayer>): Promise<IndexedLayer> {
    const mark = await this.#packs.flush();
    this.#pending.clear();
    try {
      const layer = await pack();
      await this.#packs.flush();
      this.#requireRoom();
      for (const [name, place] of this.#pending) this.#places.set(name, place);
      return layer;
    } catch (error) {
      await this.#packs.returnTo(mark);
      throw error;
    }
  }

  async #pack(source: LayerSource, rule: LayerRule): Promise<IndexedLayer> {
    const hash = createHash('sha256');
    const scan = new LayerScan(rule);
    const chunker = new Chunker();
    const runs: Mutable<ChunkRun>[] = [];
    let size = 0;
    for await (const piece of readTar(source)) {
      size += piece.length;
      hash.update(piece);
      scan.feed(piece);
      for (const chunk of chunker.feed(piece)) await this.#place(chunk, runs);
    }
    const last = chunker.finish();
    if (last !== undefined) await this.#place(last, runs);
    if (`sha256:${hash.digest('hex')}` !== source.layer) throw new BuildpacksError('image', 'its digest is wrong');
    scan.finish();
    return { diffId: source.layer, size, chunks: runs };
  }

  async #repack(
    { diffId, size, chunks }: IndexedLayer,
    packs: ReadonlySet<number>,
    source: LayerSource,
  ): Promise<IndexedLayer> {
    const runs: Mutable<ChunkRun>[] = [];
    const file = await openTar(source);
    try {
      let offset = 0;
      for (const { pack, first, count } of chunks) {
        for (let chunk = first; chunk < first + count; chunk++) {
          const { name, length } = this.#packs.chunkAt({ pack, chunk });
          const known = packs.has(pack) ? this.#placeOutside(packs, name) : { pack, chunk };
          addChunk(runs, known ?? (await this.#add(name, await readChunk(file, offset, { name, length }))));
          offset += length;
          source.signal.throwIfAborted();
        }
      }
    } finally {
      await file.close();
    }
    return { diffId, size, chunks: runs };
  }

  #placeOutside(packs: ReadonlySet<number>, name: ChunkName): Place | undefined {
    const place = this.#pending.get(name) ?? this.#places.get(name);
    return place === undefined || packs.has(place.pack) ? undefined : place;
  }

  async #place(chunk: Uint8Array, runs: Mutable<ChunkRun>[]): Promise<void> {
    const name = chunkName(chunk);
    const known = this.#places.get(name) ?? this.#pending.get(name);
    addChunk(runs, known ?? (await this.#add(name, chunk)));
  }

  async #add(name: ChunkName, chunk: Uint8Array): Promise<Place> {
    const place = await this.#packs.add(name, chunk);
    this.#pending.set(name, place);
    this.#requireRoom();
    return place;
  }

  #requireRoom(): void {
    if (this.#packs.bytes <= this.#maxBytes) return;
    throw new BuildpacksError('image', `the cache would be larger than cache-max-size, ${this.#maxBytes} bytes`);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function addChunk(runs: Mutable<ChunkRun>[], { pack, chunk }: Place): void {
  const last = runs.at(-1);
  if (last?.pack === pack && last.first + last.count === chunk) last.count++;
  else runs.push({ pack, first: chunk, count: 1 });
}
