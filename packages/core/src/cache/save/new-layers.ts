import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../errors/index.ts';
import { openRegularFile } from '../../files/regular-file.ts';
import type { Digest } from '../../reference/index.ts';
import { Chunker } from '../chunk/chunker.ts';
import type { ChunkRun, IndexedLayer, IndexedPack } from '../format/cache-index.ts';
import { type ChunkName, chunkName } from '../format/chunk-table.ts';
import { type LayerRule, LayerScan } from '../layers/layer-scan.ts';
import { COMMITTED, fileOfLayer } from '../volume-cache.ts';
import { PackWriter } from './pack-writer.ts';

const READ_SIZE = 1024 * 1024;
/** From this size on, in bytes, a layer that is mostly holes is not read: the lifecycle writes none, and it would take for ever. */
const LARGE = 1024 ** 3;
const BLOCK = 512;

export interface LayerSource {
  /** The build's volume cache: hostile input. */
  readonly cache: string;
  readonly layer: Digest;
  readonly rule: LayerRule;
  readonly signal: AbortSignal;
}

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
  async add(source: LayerSource): Promise<IndexedLayer> {
    if (this.#writer !== undefined && this.#writer.size >= this.#options.packBytes) await this.#complete(this.#writer);
    const writer = (this.#writer ??= await PackWriter.create(
      path.join(this.#options.scratch, `${this.#packs.length}`),
    ));
    const mark = await writer.flush();
    this.#pending.clear();
    try {
      const layer = await this.#pack(source, writer);
      await writer.flush();
      this.#requireRoom(writer);
      for (const [name, place] of this.#pending) this.#places.set(name, place);
      return layer;
    } catch (error) {
      await writer.returnTo(mark);
      throw error;
    }
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

  async #pack(source: LayerSource, writer: PackWriter): Promise<IndexedLayer> {
    const hash = createHash('sha256');
    const scan = new LayerScan(source.rule);
    const chunker = new Chunker();
    const runs: Mutable<ChunkRun>[] = [];
    let size = 0;
    for await (const piece of await openLayer(source)) {
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

  async #place(chunk: Uint8Array, runs: Mutable<ChunkRun>[], writer: PackWriter): Promise<void> {
    const name = chunkName(chunk);
    let place = this.#places.get(name) ?? this.#pending.get(name);
    if (place === undefined) {
      place = { pack: this.#packs.length, chunk: writer.count };
      this.#pending.set(name, place);
      await writer.add(name, chunk);
      this.#requireRoom(writer);
    }
    const last = runs.at(-1);
    if (last?.pack === place.pack && last.first + last.count === place.chunk) last.count++;
    else runs.push({ pack: place.pack, first: place.chunk, count: 1 });
  }

  #requireRoom(writer: PackWriter): void {
    const { maxBytes } = this.#options;
    const bytes = this.#packs.reduce((sum, { size }) => sum + size, writer.size);
    if (bytes > maxBytes)
      throw new BuildpacksError('image', `the cache would have more than ${maxBytes} bytes with it`);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

async function openLayer({ cache, layer, signal }: LayerSource): Promise<AsyncIterable<Buffer>> {
  const file = await openRegularFile(cache, [COMMITTED, fileOfLayer(layer)]);
  if (file === undefined) throw new BuildpacksError('image', 'its file is not there');
  const { size, blocks } = await file.stat();
  if (size <= LARGE || blocks * BLOCK >= size / 4) return file.createReadStream({ highWaterMark: READ_SIZE, signal });
  await file.close();
  throw new BuildpacksError('image', 'its file consists of holes');
}
