import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { asError, BuildpacksError } from '../../errors/index.ts';
import type { IndexedLayer, IndexedPack } from '../format/cache-index.ts';
import { chunkName } from '../format/chunk-table.ts';
import { LayerScan, type LayerRule } from '../layers/layer-scan.ts';

/** Chunks of a layer that follow each other. */
export interface ChunkSpan {
  readonly position: number;
  readonly count: number;
}

/** Bytes that are read back at once. */
const READ_SIZE = 512 * 1024;

/**
 * A layer's tar that is put together from chunks in any order. Behind the writers one reader follows, from the beginning and as far as
 * everything is there: it hashes and scans what the disk really holds, mostly still in memory, while the rest is on its way.
 */
export class LayerFile {
  readonly layer: IndexedLayer;
  readonly #file: string;
  readonly #packs: readonly IndexedPack[];
  /** Chunk n is from `[n]` to `[n + 1]`. */
  readonly #offsets: Float64Array;
  readonly #isWritten: Uint8Array;
  #handle: FileHandle | undefined;
  #failure: Error | undefined;
  readonly #damagedPacks = new Set<number>();
  #chunksInOrder = 0;
  #wake: () => void = () => undefined;

  private constructor(layer: IndexedLayer, packs: readonly IndexedPack[], file: string, handle: FileHandle) {
    this.layer = layer;
    this.#offsets = chunkOffsets(layer, packs);
    this.#isWritten = new Uint8Array(this.#offsets.length - 1);
    this.#file = file;
    this.#packs = packs;
    this.#handle = handle;
  }

  /** @param file must not be there */
  static async create(layer: IndexedLayer, packs: readonly IndexedPack[], file: string): Promise<LayerFile> {
    return new LayerFile(layer, packs, file, await open(file, 'wx+', 0o644));
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The packs, by position, that gave other bytes than they should; known when `check` has ended. */
  get damagedPacks(): ReadonlySet<number> {
    return this.#damagedPacks;
  }

  /** Gives the layer up: nothing is written any more, and `check` removes the file. The first reason stays. */
  fail(reason: Error): void {
    this.#failure ??= reason;
    this.#wake();
  }

  /** Writes chunks that follow each other, from this position of the layer on. What goes wrong is the layer's failure. */
  async write({ position, count }: ChunkSpan, bytes: Uint8Array): Promise<void> {
    const handle = this.#handle;
    if (this.#failure !== undefined || handle === undefined) return;
    try {
      const start = this.#offsets[position] ?? 0;
      for (let done = 0; done < bytes.length;) {
        done += (await handle.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
      }
      this.#isWritten.fill(1, position, position + count);
      if (this.#isWritten[this.#chunksInOrder] === 1) this.#wake();
    } catch (error) {
      this.fail(asError(error));
    }
  }

  /** Follows the writers to the end of the layer. When the file is not the layer, it is gone then, and `failure` says why. */
  async check(rule: LayerRule): Promise<void> {
    try {
      await this.#follow(new LayerScan(rule));
    } catch (error) {
      this.fail(asError(error));
    }
    // What can't be read tells nothing of the packs.
    if (isDamage(this.#failure)) await this.#findDamage().catch(() => undefined);
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
    if (this.#failure !== undefined) await rm(this.#file, { force: true });
  }

  async #follow(scan: LayerScan): Promise<void> {
    const hash = createHash('sha256');
    // Not before there is something to read: there may be many layers.
    let buffer: Buffer | undefined;
    for (let position = 0; position < this.layer.size;) {
      const end = this.#endInOrder();
      if (this.#failure !== undefined) return;
      if (end === position) {
        await this.#moreWritten();
        continue;
      }
      buffer ??= Buffer.allocUnsafe(Math.min(READ_SIZE, this.layer.size));
      const bytes = await this.#readBack(buffer.subarray(0, Math.min(READ_SIZE, end - position)), position);
      hash.update(bytes);
      scan.feed(bytes);
      position += bytes.length;
    }
    if (`sha256:${hash.digest('hex')}` !== this.layer.diffId) throw new BuildpacksError('image', 'its digest is wrong');
    scan.finish();
  }

  /**
   * Compares what is written with the names of its chunks. Only now: when the layer's digest is right, its chunks are, and to hash
   * everything twice would take a good part of the restore.
   */
  async #findDamage(): Promise<void> {
    let position = 0;
    for (const { pack, first, count } of this.layer.chunks) {
      const table = this.#packs[pack]?.chunks;
      for (let chunk = first; chunk < first + count; chunk++, position++) {
        if (this.#isWritten[position] !== 1 || this.#damagedPacks.has(pack)) continue;
        const bytes = Buffer.allocUnsafe(table?.lengthOf(chunk) ?? 0);
        await this.#readBack(bytes, this.#offsets[position] ?? 0);
        if (chunkName(bytes) !== table?.nameOf(chunk)) this.#damagedPacks.add(pack);
      }
    }
  }

  async #readBack(buffer: Buffer, position: number): Promise<Buffer> {
    const read = await this.#handle?.read(buffer, 0, buffer.length, position);
    if (read?.bytesRead !== buffer.length) throw new BuildpacksError('machine', 'its file can not be read back');
    return buffer;
  }

  /** Up to where everything is written. */
  #endInOrder(): number {
    while (this.#isWritten[this.#chunksInOrder] === 1) this.#chunksInOrder++;
    return this.#offsets[this.#chunksInOrder] ?? 0;
  }

  #moreWritten(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Whether the store gave something wrong; what this machine or the network could not do tells nothing of it. */
function isDamage(failure: Error | undefined): boolean {
  return failure instanceof BuildpacksError && failure.code === 'image';
}

function chunkOffsets({ chunks }: IndexedLayer, packs: readonly IndexedPack[]): Float64Array {
  const total = chunks.reduce((sum, { count }) => sum + count, 0);
  const offsets = new Float64Array(total + 1);
  let position = 0;
  for (const { pack, first, count } of chunks) {
    for (let index = first; index < first + count; index++, position++) {
      offsets[position + 1] = (offsets[position] ?? 0) + (packs[pack]?.chunks.lengthOf(index) ?? 0);
    }
  }
  return offsets;
}
