import { ChunkCutter } from './cutter.ts';

/** Cuts data that is fed to it in pieces of any size into chunks. */
export class Chunker {
  readonly #cutter = new ChunkCutter();
  #begun: Uint8Array[] = [];

  /** The chunks that end in this piece: views of it, or copies where a chunk began in an earlier one. Keeps nothing of the piece's memory. */
  *feed(piece: Uint8Array): Generator<Uint8Array, void, undefined> {
    let start = 0;
    while (start < piece.length) {
      const end = this.#cutter.endOfChunk(piece, start);
      const part = piece.subarray(start, end);
      start += part.length;
      if (end === undefined) this.#begun.push(Buffer.from(part));
      else yield this.#whole(part);
    }
  }

  /** To be called when there is no more data: the last chunk, if one has begun. */
  finish(): Uint8Array | undefined {
    const last = this.#begun;
    this.#begun = [];
    return last.length === 0 ? undefined : joined(last);
  }

  #whole(end: Uint8Array): Uint8Array {
    if (this.#begun.length === 0) return end;
    const parts = [...this.#begun, end];
    this.#begun = [];
    return joined(parts);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}
