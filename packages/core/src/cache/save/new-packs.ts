import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Digest } from '../../reference/index.ts';
import type { IndexedPack } from '../format/cache-index.ts';
import type { ChunkName } from '../format/chunk-table.ts';
import { type PackedChunk, type PackMark, PackWriter } from './pack-writer.ts';

export interface NewPacksOptions {
  /** An empty folder for the pack that is being made. */
  readonly scratch: string;
  /** Packs that are stored already. */
  readonly stored: readonly IndexedPack[];
  /** Bytes from which on a pack is complete; what is being compressed then still comes into it. */
  readonly packBytes: number;
  /** Digests that no pack may get (see `PackWriter`). */
  readonly avoid: ReadonlySet<Digest>;
  /** Takes a complete pack away from here; its file goes afterwards. */
  readonly upload: (pack: IndexedPack, file: string) => Promise<void>;
}

/** Where a chunk is. */
export interface Place {
  /** Position among all packs: those that were stored, then new ones. */
  readonly pack: number;
  readonly chunk: number;
}

/** How far packs were made. */
export interface PacksMark {
  readonly packs: number;
  /** In the pack that was being made, if there was one. */
  readonly inPack?: PackMark;
}

/** The packs of a save. New ones are made and stored one after the other, so that no more than one of them is on this machine. */
export class NewPacks {
  readonly #options: NewPacksOptions;
  readonly #packs: IndexedPack[];
  #writer: PackWriter | undefined;

  constructor(options: NewPacksOptions) {
    this.#options = options;
    this.#packs = [...options.stored];
  }

  /** Compressed bytes of all packs; less what is still being compressed. */
  get bytes(): number {
    return this.#packs.reduce((sum, { size }) => sum + size, this.#writer?.size ?? 0);
  }

  async add(name: ChunkName, bytes: Uint8Array): Promise<Place> {
    if (this.#writer !== undefined && this.#writer.size >= this.#options.packBytes) await this.#complete(this.#writer);
    const writer = (this.#writer ??= await PackWriter.create(
      path.join(this.#options.scratch, `${this.#packs.length}`),
    ));
    const place = { pack: this.#packs.length, chunk: writer.count };
    await writer.add(name, bytes);
    return place;
  }

  /** @throws RangeError when there is none */
  chunkAt({ pack, chunk }: Place): PackedChunk {
    const table = this.#packs[pack]?.chunks;
    if (table !== undefined) return { name: table.nameOf(chunk), length: table.lengthOf(chunk) };
    if (this.#writer === undefined) throw new RangeError(`there is no pack ${pack}`);
    return this.#writer.chunkAt(chunk);
  }

  /** Waits until everything is compressed and written. */
  async flush(): Promise<PacksMark> {
    const inPack = await this.#writer?.flush();
    return { packs: this.#packs.length, ...(inPack !== undefined && { inPack }) };
  }

  /** Forgets what was added since then; but for a pack that was completed meanwhile, and holds more than that. */
  async returnTo({ packs, inPack }: PacksMark): Promise<void> {
    if (inPack !== undefined && this.#packs.length === packs) {
      await this.#writer?.returnTo(inPack);
      return;
    }
    const dropped = this.#writer;
    this.#writer = undefined;
    this.#packs.splice(inPack === undefined ? packs : packs + 1);
    await dropped?.close();
    if (dropped !== undefined) await rm(dropped.file);
  }

  /** Completes the last pack. Gives all packs: those that were stored first. */
  async finish(): Promise<readonly IndexedPack[]> {
    if (this.#writer !== undefined) await this.#complete(this.#writer);
    return this.#packs;
  }

  /** To be called in any case. */
  async close(): Promise<void> {
    await this.#writer?.close();
  }

  async #complete(writer: PackWriter): Promise<void> {
    const pack = await writer.finish(this.#options.avoid);
    this.#writer = undefined;
    await this.#options.upload(pack, writer.file);
    this.#packs.push(pack);
    await rm(writer.file);
  }
}
