import { gearTable } from './gear.ts';

const KIB = 1024;

/** Sizes of chunks in bytes. Part of the format: other numbers make other chunks. */
export const CHUNK_SIZE = { minimum: 16 * KIB, normal: 64 * KIB, maximum: 256 * KIB } as const;

/** Before the normal size a cut needs 18 zero bits at the top of the hash, behind it 14 (FastCDC, "normalized chunking"). */
const STRICT_MASK = -1 << (32 - 18);
const LOOSE_MASK = -1 << (32 - 14);

/**
 * Finds where chunks end, by content: a rolling hash over the last 32 bytes decides, so that an insertion moves the ends near it and
 * no others. How the data is cut into buffers makes no difference.
 */
export class ChunkCutter {
  readonly #gear = gearTable();
  /** Each number of the gear table times two: what a byte adds when another one follows. */
  readonly #doubled = this.#gear.map((value) => value << 1);
  #hash = 0;
  /** Bytes of the current chunk that were seen. */
  #length = 0;

  /**
   * Goes on in the current chunk, from `start` of the buffer.
   *
   * @returns the offset behind the chunk's end; undefined when the chunk goes on behind the buffer
   */
  endOfChunk(bytes: Uint8Array, start: number): number | undefined {
    const begin = start - this.#length;
    const end = this.#scan(bytes, start, begin);
    this.#length = end === undefined ? bytes.length - begin : 0;
    if (end !== undefined) this.#hash = 0;
    return end;
  }

  /** @param begin the offset at which the chunk began; negative when that was in an earlier buffer */
  #scan(bytes: Uint8Array, start: number, begin: number): number | undefined {
    const { minimum, normal, maximum } = CHUNK_SIZE;
    const strict = Math.min(bytes.length, begin + normal);
    const loose = Math.min(bytes.length, begin + maximum);
    let at = Math.max(start, begin + minimum);
    const found = this.#cutIn(bytes, at, strict, STRICT_MASK);
    if (found !== undefined) return found;
    at = Math.max(at, strict);
    return this.#cutIn(bytes, at, loose, LOOSE_MASK) ?? (bytes.length >= begin + maximum ? loose : undefined);
  }

  /** Two bytes at a time: each hash depends on the one before the last, which halves the chain that the processor waits for. */
  #cutIn(bytes: Uint8Array, from: number, to: number, mask: number): number | undefined {
    const gear = this.#gear;
    const doubled = this.#doubled;
    let hash = this.#hash;
    let at = from;
    for (; at + 1 < to; at += 2) {
      const first = bytes[at] ?? 0;
      const between = ((hash << 1) + (gear[first] ?? 0)) | 0;
      hash = ((hash << 2) + (((doubled[first] ?? 0) + (gear[bytes[at + 1] ?? 0] ?? 0)) | 0)) | 0;
      if ((between & mask) === 0) return at + 1;
      if ((hash & mask) === 0) return at + 2;
    }
    if (at < to) {
      hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0;
      if ((hash & mask) === 0) return at + 1;
    }
    this.#hash = hash;
    return undefined;
  }
}
