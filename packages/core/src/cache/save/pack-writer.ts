import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Digest } from '../../reference/index.ts';
import { CHUNK_SIZE } from '../chunk/cutter.ts';
import type { IndexedPack, PackFrame } from '../format/cache-index.ts';
import { type ChunkName, ChunkTable } from '../format/chunk-table.ts';
import { compressFrame, releaseMemory } from '../format/frame.ts';

/** Uncompressed bytes from which on a frame is complete: large enough to compress well, small enough to be read for one chunk. */
const FRAME_BYTES = 2 * 1024 * 1024;
/** Frames that are compressed at the same time, while more is read. */
const IN_FLIGHT = 4;
/** RFC 8878, section 3.1.2: decoders pass over such a frame. */
const SKIPPABLE_MAGIC = 0x184d2a50;

export interface PackedChunk {
  readonly name: ChunkName;
  readonly length: number;
}

/** How far a pack was written. */
export interface PackMark {
  readonly size: number;
  readonly frames: number;
  readonly chunks: number;
  readonly hash: Hash;
}

/** Writes chunks into a pack on disk: frames are compressed beside each other and written in their order. */
export class PackWriter {
  readonly file: string;
  readonly #handle: FileHandle;
  #hash = createHash('sha256');
  #size = 0;
  readonly #frames: PackFrame[] = [];
  readonly #chunks: PackedChunk[] = [];
  /** The frame being gathered, and memory of written ones for the next: allocating it each time keeps the garbage collector busy. */
  #gathered: Buffer = Buffer.allocUnsafe(FRAME_BYTES + CHUNK_SIZE.maximum);
  #gatheredBytes = 0;
  #gatheredChunks = 0;
  readonly #spare: Buffer[] = [];
  #inFlight: Promise<{ readonly bytes: Buffer; readonly chunks: number }>[] = [];

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.#handle = handle;
  }

  static async create(file: string): Promise<PackWriter> {
    return new PackWriter(file, await open(file, 'wx'));
  }

  /** Compressed bytes so far; less what is still being compressed. */
  get size(): number {
    return this.#size;
  }

  /** Chunks so far. */
  get count(): number {
    return this.#chunks.length;
  }

  /** @throws RangeError when there are not so many */
  chunkAt(index: number): PackedChunk {
    const chunk = this.#chunks[index];
    if (chunk === undefined) throw new RangeError(`the pack has no chunk ${index}`);
    return chunk;
  }

  /** Adds a chunk, which no cutter makes too large, behind the others; copies its bytes. */
  async add(name: ChunkName, bytes: Uint8Array): Promise<void> {
    this.#chunks.push({ name, length: bytes.length });
    this.#gathered.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes += bytes.length;
    this.#gatheredChunks++;
    if (this.#gatheredBytes >= FRAME_BYTES) this.#beginFrame();
    if (this.#inFlight.length > IN_FLIGHT) await this.#writeFrame();
  }

  /** Completes the frame and waits until everything is written. */
  async flush(): Promise<PackMark> {
    if (this.#gatheredChunks > 0) this.#beginFrame();
    while (this.#inFlight.length > 0) await this.#writeFrame();
    return { size: this.#size, frames: this.#frames.length, chunks: this.#chunks.length, hash: this.#hash.copy() };
  }

  /** Forgets what was added since then. */
  async returnTo(mark: PackMark): Promise<void> {
    await this.flush();
    await this.#handle.truncate(mark.size);
    this.#size = mark.size;
    this.#hash = mark.hash.copy();
    this.#frames.length = mark.frames;
    this.#chunks.length = mark.chunks;
  }

  /**
   * Ends the pack.
   *
   * @param avoid digests that the pack must not have: a store may keep the damaged one of that name
   */
  async finish(avoid: ReadonlySet<Digest>): Promise<IndexedPack> {
    await this.flush();
    const chunks = ChunkTable.of(this.#chunks);
    while (avoid.has(this.#digest())) await this.#append(skippableFrame(this.#size));
    await this.#handle.close();
    return { digest: this.#digest(), size: this.#size, frames: this.#frames, chunks };
  }

  /** Ends it without a result; the file stays. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    await this.#handle.close();
  }

  #digest(): Digest {
    return `sha256:${this.#hash.copy().digest('hex')}`;
  }

  #beginFrame(): void {
    const memory = this.#gathered;
    const chunks = this.#gatheredChunks;
    const compressing = compressFrame(memory.subarray(0, this.#gatheredBytes)).then((bytes) => {
      this.#spare.push(memory);
      return { bytes, chunks };
    });
    compressing.catch(() => undefined);
    this.#inFlight.push(compressing);
    this.#gathered = this.#spare.pop() ?? Buffer.allocUnsafe(memory.length);
    this.#gatheredBytes = 0;
    this.#gatheredChunks = 0;
  }

  async #writeFrame(): Promise<void> {
    const frame = await this.#inFlight.shift();
    if (frame === undefined) return;
    this.#frames.push({ size: frame.bytes.length, chunks: frame.chunks });
    await this.#append(frame.bytes);
    releaseMemory(frame.bytes);
  }

  async #append(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    for (let done = 0; done < bytes.length;) {
      done += (await this.#handle.write(bytes, done, bytes.length - done, this.#size + done)).bytesWritten;
    }
    this.#size += bytes.length;
  }
}

/** A frame without content; different for each size of what comes before it. */
function skippableFrame(salt: number): Buffer {
  const frame = Buffer.alloc(16);
  frame.writeUInt32LE(SKIPPABLE_MAGIC, 0);
  frame.writeUInt32LE(8, 4);
  frame.writeDoubleLE(salt, 8);
  return frame;
}
