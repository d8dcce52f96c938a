import { Transform, type TransformCallback } from 'node:stream';

/** RFC 8878, section 3.1. */
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_ID_SIZES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_SIZES = [0, 2, 4, 8] as const;
const RUN_LENGTH_BLOCK = 1;

/** The parts of frames that are told apart, in the order in which they come. */
type Part =
  'magic' | 'descriptor' | 'header' | 'block-header' | 'block' | 'checksum' | 'skipped-size' | 'skipped' | 'unknown';

/**
 * Cuts zstd data where frames end. Node's decompressor ignores what follows a frame's end within one write, and some tools
 * (zstd:chunked, pzstd) write a frame for each file.
 */
export function zstdFrames(): Transform {
  const splitter = new FrameSplitter();
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      for (const piece of splitter.split(chunk)) this.push(piece);
      done();
    },
  });
}

class FrameSplitter {
  #part: Part = 'magic';
  /** Bytes that the part still has. */
  #left = 4;
  /** The part's bytes as a little-endian number; meant for parts of up to four. */
  #value = 0;
  #read = 0;
  #isLastBlock = false;
  #hasChecksum = false;

  /** Views of the chunk; none goes over the end of a frame. */
  *split(chunk: Buffer): Generator<Buffer> {
    let start = 0;
    for (let at = 0; at < chunk.length;) {
      const end = Math.min(chunk.length, at + this.#left);
      this.#gather(chunk.subarray(at, end));
      at = end;
      if (this.#left > 0 || !this.#advance()) continue;
      yield chunk.subarray(start, at);
      start = at;
    }
    if (start < chunk.length) yield chunk.subarray(start);
  }

  #gather(bytes: Buffer): void {
    this.#left -= bytes.length;
    for (let index = 0; index < bytes.length && this.#read < 4; index++) {
      this.#value = (this.#value | ((bytes[index] ?? 0) << (8 * this.#read))) >>> 0;
      this.#read++;
    }
  }

  /** Goes on to the next part. True when a frame has ended. */
  #advance(): boolean {
    const value = this.#value;
    switch (this.#part) {
      case 'magic':
        return this.#beginFrame(value);
      case 'descriptor':
        return this.#expect('header', this.#headerSize(value));
      case 'header':
        return this.#expect('block-header', 3);
      case 'block-header':
        this.#isLastBlock = (value & 1) !== 0;
        return this.#expect('block', ((value >>> 1) & 3) === RUN_LENGTH_BLOCK ? 1 : value >>> 3);
      case 'block':
        if (!this.#isLastBlock) return this.#expect('block-header', 3);
        return this.#expect('checksum', this.#hasChecksum ? 4 : 0);
      case 'skipped-size':
        return this.#expect('skipped', value);
      case 'checksum':
      case 'skipped':
        this.#expect('magic', 4);
        return true;
      case 'unknown':
        return false;
    }
  }

  #beginFrame(magic: number): boolean {
    if (magic === FRAME_MAGIC) return this.#expect('descriptor', 1);
    if ((magic & ~0xf) === SKIPPABLE_MAGIC) return this.#expect('skipped-size', 4);
    return this.#expect('unknown', Number.MAX_SAFE_INTEGER);
  }

  #headerSize(descriptor: number): number {
    const isSingleSegment = (descriptor & 0x20) !== 0;
    this.#hasChecksum = (descriptor & 0x04) !== 0;
    const dictionaryId = DICTIONARY_ID_SIZES[descriptor & 3] ?? 0;
    const contentSize = CONTENT_SIZE_SIZES[descriptor >>> 6] ?? 0;
    return dictionaryId + (isSingleSegment ? Math.max(contentSize, 1) : 1 + contentSize);
  }

  #expect(part: Part, length: number): boolean {
    this.#part = part;
    this.#left = length;
    this.#value = 0;
    this.#read = 0;
    return length === 0 ? this.#advance() : false;
  }
}
