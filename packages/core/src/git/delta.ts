/** Larger objects are no commits and no tags, in bytes. */
export const OBJECT_LIMIT = 16 * 1024 * 1024;

/**
 * An object made from another one by instructions: copy a piece of the base, or insert what follows (gitformat-pack(5), "Deltified
 * representation").
 *
 * @throws RangeError when the instructions don't fit the base, or make more than `OBJECT_LIMIT`
 */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const instructions = new Instructions(delta);
  if (instructions.size() !== base.length) throw new RangeError('a delta is for another object');
  const size = instructions.size();
  if (size > OBJECT_LIMIT) throw new RangeError(`a delta makes ${size} bytes`);
  // Filled in place: pieces of a byte each would take a hundred times as much.
  const made = Buffer.alloc(size);
  let at = 0;
  while (!instructions.done && at <= size) {
    const piece = instructions.next(base);
    piece.copy(made, at);
    at += piece.length;
  }
  if (at !== size) throw new RangeError('a delta makes another size than it tells');
  return made;
}

class Instructions {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Seven bits a byte, the lowest first. */
  size(): number {
    let size = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte();
      size += (byte & 0x7f) * factor;
      if (byte < 0x80) return size;
    }
  }

  next(base: Buffer): Buffer {
    const code = this.#byte();
    if (code === 0) throw new RangeError('a delta has an instruction that is not known');
    if (code < 0x80) {
      const start = this.#at;
      this.#at += code;
      return this.#bytes.subarray(start, this.#at);
    }
    const offset = this.#number(code, 4);
    const size = this.#number(code >> 4, 3) || 0x10000;
    return base.subarray(offset, offset + size);
  }

  /** Little-endian; a bit for each byte tells whether it is there. */
  #number(bits: number, bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index += 1) {
      if ((bits & (1 << index)) !== 0) value += this.#byte() * 256 ** index;
    }
    return value;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('a delta ends too early');
    this.#at += 1;
    return byte;
  }
}
