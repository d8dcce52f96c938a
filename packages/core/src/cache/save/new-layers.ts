import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../errors/index.ts';
import type { Digest } from '../../reference/index.ts';
import { Chunker } from '../chunk/chunker.ts';
import type { ChunkRun, IndexedLayer, IndexedPack } from '../format/cache-index.ts';
import { type ChunkName, chunkName } from '../format/chunk-table.ts';
import { type LayerRule, LayerScan } from '../layers/layer-scan.ts';
import { type LayerSource, openTar, readChunk, readTar } from './layer-tar.ts';
import { type PackedChunk, PackWriter } from './pack-writer.ts';

export interface NewLayersOptions {
  /** An empty folder for packs that are being made. */
  readonly scratch: string;
  /** Packs that are stored already: what they hold is not packed again. */
  readonly stored: readonly IndexedPack[];
  /** Bytes that all packs may have together. */
  readonly maxBytes: number;
  /** Bytes from which on a pack is complete. */
  readonly packBytes: number;
  /** Digests that no pack may get (see `PackWriter`). */
  readonly avoid: ReadonlySet<Digest>;
  /** Takes a complete pack away from here; its file goes afterwards. */
  readonly upload: (pack: IndexedPack, file: string) => Promise<void>;
}

interface Place {
  readonly pack: number;
  readonly chunk: number;
}

/** Packs layers one after the other: of each only the chunks that no pack has yet. */
export class NewLayers {
  readonly #options: NewLayersOptions;
  readonly #packs: IndexedPack[];
  readonly #places = new Map<ChunkName, Place>();
  /** The places of the chunks that the layer under way has brought. */
  readonly #pending = new Map<ChunkName, Place>();
  #writer: PackWriter | undefined;

  constructor(options: NewLayersOptions) {
    this.#options = options;
    this.#packs = [...options.stored];
    for (const [pack, { chunks }] of options.stored.entries()) {
      for (let chunk = 0; chunk < chunks.count; chunk++) this.#places.set(chunks.nameOf(chunk), { pack, chunk });
    }
  }

  /**
   * Packs a layer, or nothing of it.
   *
   * @throws BuildpacksError `image` when the tar is not there, is not the layer, or has no room
   */
  add(source: LayerSource, rule: LayerRule): Promise<IndexedLayer> {
    return this.#wholly((writer) => this.#pack(source, rule, writer));
  }

  /**
   * Packs again what a layer has in these packs, so that it needs them no more; or nothing of it. Only these parts of the tar are read.
   *
   * @param packs positions among all packs, those that were stored first
   * @throws BuildpacksError `image` when the tar does not hold the layer's chunks, or has no room
   */
  move(layer: IndexedLayer, packs: ReadonlySet<number>, source: LayerSource): Promise<IndexedLayer> {
    return this.#wholly((writer) => this.#repack(layer, packs, source, writer));
  }

  /** Packs a layer, or nothing of it. */
  async #wholly(pack: (writer: PackWriter) => Promise<IndexedLayer>): Promise<IndexedLayer> {
    if (this.#writer !== undefined && this.#writer.size >= this.#options.packBytes) await this.#complete(this.#writer);
    const writer = (this.#writer ??= await PackWriter.create(
      path.join(this.#options.scratch, `${this.#packs.length}`),
    ));
    const mark = await writer.flush();
    this.#pending.clear();
    try {
      const layer = await pack(writer);
      await writer.flush();
      this.#requireRoom(writer);
      for (const [name, place] of this.#pending) this.#places.set(name, place);
      return layer;
    } catch (error) {
      await writer.returnTo(mark);
      throw error;
    }
  }

  /** Compressed bytes of the packs that were not stored. */
  get newBytes(): number {
    const complete = this.#packs.slice(this.#options.stored.length);
    return complete.reduce((sum, { size }) => sum + size, this.#writer?.size ?? 0);
  }

  /** Completes the last pack. Gives all packs: those that were stored first. */
  async finish(): Promise<readonly IndexedPack[]> {
    if (this.#writer !== undefined && this.#writer.count > 0) await this.#complete(this.#writer);
    return this.#packs;
  }

  /** To be called in any case. */
  async close(): Promise<void> {
    await this.#writer?.close();
  }

  async #complete(writer: PackWriter): Promise<void> {
    const pack = await writer.finish(this.#options.avoid);
    this.#writer = undefined;
    this.#packs.push(pack);
    await this.#options.upload(pack, writer.file);
    await rm(writer.file);
  }

  async #pack(source: LayerSource, rule: LayerRule, writer: PackWriter): Promise<IndexedLayer> {
    const hash = createHash('sha256');
    const scan = new LayerScan(rule);
    const chunker = new Chunker();
    const runs: Mutable<ChunkRun>[] = [];
    let size = 0;
    for await (const piece of readTar(source)) {
      size += piece.length;
      hash.update(piece);
      scan.feed(piece);
      for (const chunk of chunker.feed(piece)) await this.#place(chunk, runs, writer);
    }
    const last = chunker.finish();
    if (last !== undefined) await this.#place(last, runs, writer);
    if (`sha256:${hash.digest('hex')}` !== source.layer) throw new BuildpacksError('image', 'its digest is wrong');
    scan.finish();
    return { diffId: source.layer, size, chunks: runs };
  }

  async #repack(
    { diffId, size, chunks }: IndexedLayer,
    packs: ReadonlySet<number>,
    source: LayerSource,
    writer: PackWriter,
  ): Promise<IndexedLayer> {
    const runs: Mutable<ChunkRun>[] = [];
    const file = await openTar(source);
    try {
      let offset = 0;
      for (const { pack, first, count } of chunks) {
        for (let chunk = first; chunk < first + count; chunk++) {
          const { name, length } = this.#chunkAt({ pack, chunk }, writer);
          const known = packs.has(pack) ? this.#placeOutside(packs, name) : { pack, chunk };
          addChunk(runs, known ?? (await this.#add(name, await readChunk(file, offset, { name, length }), writer)));
          offset += length;
          source.signal.throwIfAborted();
        }
      }
    } finally {
      await file.close();
    }
    return { diffId, size, chunks: runs };
  }

  #chunkAt({ pack, chunk }: Place, writer: PackWriter): PackedChunk {
    const table = this.#packs[pack]?.chunks;
    return table === undefined ? writer.chunkAt(chunk) : { name: table.nameOf(chunk), length: table.lengthOf(chunk) };
  }

  #placeOutside(packs: ReadonlySet<number>, name: ChunkName): Place | undefined {
    const place = this.#pending.get(name) ?? this.#places.get(name);
    return place === undefined || packs.has(place.pack) ? undefined : place;
  }

  async #place(chunk: Uint8Array, runs: Mutable<ChunkRun>[], writer: PackWriter): Promise<void> {
    const name = chunkName(chunk);
    const known = this.#places.get(name) ?? this.#pending.get(name);
    addChunk(runs, known ?? (await this.#add(name, chunk, writer)));
  }

  async #add(name: ChunkName, chunk: Uint8Array, writer: PackWriter): Promise<Place> {
    const place = { pack: this.#packs.length, chunk: writer.count };
    this.#pending.set(name, place);
    await writer.add(name, chunk);
    this.#requireRoom(writer);
    return place;
  }

  #requireRoom(writer: PackWriter): void {
    const { maxBytes } = this.#options;
    const bytes = this.#packs.reduce((sum, { size }) => sum + size, writer.size);
    if (bytes > maxBytes)
      throw new BuildpacksError('image', `the cache would be larger than cache-max-size, ${maxBytes} bytes`);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function addChunk(runs: Mutable<ChunkRun>[], { pack, chunk }: Place): void {
  const last = runs.at(-1);
  if (last?.pack === pack && last.first + last.count === chunk) last.count++;
  else runs.push({ pack, first: chunk, count: 1 });
}
