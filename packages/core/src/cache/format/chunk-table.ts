import { hash } from 'node:crypto';

/** Bytes of a chunk's digest that are kept: the first half of its SHA-256. What must not be forged is the digest of the layer. */
const DIGEST_SIZE = 16;
const RECORD_SIZE = DIGEST_SIZE + 4;

/** Names a chunk among others: the bytes of its digest as text, one character each. */
export type ChunkName = string;

export function chunkName(bytes: Uint8Array): ChunkName {
  return hash('sha256', bytes, 'buffer').toString('latin1', 0, DIGEST_SIZE);
}

/**
 * The digests and lengths of a pack's chunks, in the pack's order, as the index stores them: for each the first 16 bytes of its SHA-256
 * and its length (32 bits, little-endian). Kept as bytes: a large cache has some hundred thousand chunks.
 */
export class ChunkTable {
  readonly bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Undefined when the bytes are not whole records. */
  static fromBytes(bytes: Buffer): ChunkTable | undefined {
    return bytes.length % RECORD_SIZE === 0 ? new ChunkTable(bytes) : undefined;
  }

  static of(chunks: readonly { readonly name: ChunkName; readonly length: number }[]): ChunkTable {
    const bytes = Buffer.alloc(chunks.length * RECORD_SIZE);
    for (const [index, { name, length }] of chunks.entries()) {
      bytes.write(name, index * RECORD_SIZE, 'latin1');
      bytes.writeUInt32LE(length, index * RECORD_SIZE + DIGEST_SIZE);
    }
    return new ChunkTable(bytes);
  }

  get count(): number {
    return this.bytes.length / RECORD_SIZE;
  }

  lengthOf(index: number): number {
    return this.bytes.readUInt32LE(index * RECORD_SIZE + DIGEST_SIZE);
  }

  /** Bytes of several chunks together. */
  bytesOf(first: number, count: number): number {
    let bytes = 0;
    for (let index = first; index < first + count; index++) bytes += this.lengthOf(index);
    return bytes;
  }

  nameOf(index: number): ChunkName {
    return this.bytes.toString('latin1', index * RECORD_SIZE, index * RECORD_SIZE + DIGEST_SIZE);
  }
}
