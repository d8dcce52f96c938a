import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { OBJECT_LIMIT } from './delta.ts';

/** An object as it stands in a pack: whole, or the difference to another one. */
export interface PackEntry {
  readonly type: number;
  /** Of what is stored, in bytes, when it is not compressed. */
  readonly size: number;
  /** Where the compressed bytes begin. */
  readonly data: number;
  /** The other one: by its place in this pack, or by its id. */
  readonly base?: number | Buffer;
}

const OFFSET_DELTA = 6;
const ID_DELTA = 7;
const MAGIC = 0xff744f63;
const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;

/** A pack and its index of version 2 (gitformat-pack(5)), read piece by piece: they may be larger than memory. */
export class Pack {
  readonly #index: number;
  readonly #pack: number;
  readonly #idLength: number;
  readonly #count: number;

  /** @param file of the index, which ends in `.idx` */
  constructor(file: string, idLength: number) {
    this.#idLength = idLength;
    this.#index = openSync(file, 'r');
    this.#pack = openSync(file.replace(/\.idx$/, '.pack'), 'r');
    const head = read(this.#index, 0, NAMES);
    if (head.readUInt32BE(0) !== MAGIC || head.readUInt32BE(4) !== 2)
      throw new RangeError(`"${file}" has another format`);
    this.#count = head.readUInt32BE(NAMES - 4);
  }

  close(): void {
    closeSync(this.#index);
    closeSync(this.#pack);
  }

  /** Where the pack has an object. */
  find(id: Buffer): number | undefined {
    const [first = 0] = id;
    let low = first === 0 ? 0 : this.#number(FANOUT + (first - 1) * 4);
    let high = this.#number(FANOUT + first * 4);
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const order = id.compare(read(this.#index, NAMES + middle * this.#idLength, this.#idLength));
      if (order === 0) return this.#offset(middle);
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return undefined;
  }

  entry(offset: number): PackEntry {
    const head = read(this.#pack, offset, ENTRY_HEAD);
    const [first = 0] = head;
    const type = (first >> 4) & 7;
    let [size, at, byte] = [first & 15, 1, first];
    for (let factor = 16; byte >= 0x80; factor *= 128, at += 1) {
      byte = head.readUInt8(at);
      size += (byte & 0x7f) * factor;
    }
    if (type === ID_DELTA) {
      const base = head.subarray(at, at + this.#idLength);
      return { type, size, data: offset + at + this.#idLength, base };
    }
    if (type !== OFFSET_DELTA) return { type, size, data: offset + at };
    const { distance, length } = readDistance(head.subarray(at));
    return { type, size, data: offset + at + length, base: offset - distance };
  }

  /** What is stored at an entry: an object's content, or a delta. */
  content({ data, size }: PackEntry): Buffer {
    if (size > OBJECT_LIMIT) throw new RangeError(`an object has ${size} bytes`);
    // No deflate stream is longer than this, and what follows it is not looked at.
    return inflateSync(read(this.#pack, data, size + (size >> 9) + 64), { maxOutputLength: Math.max(size, 1) });
  }

  #offset(position: number): number {
    const offsets = NAMES + this.#count * (this.#idLength + 4);
    const offset = this.#number(offsets + position * 4);
    if (offset < 0x80000000) return offset;
    const large = offsets + this.#count * 4 + (offset - 0x80000000) * 8;
    return Number(read(this.#index, large, 8).readBigUInt64BE());
  }

  #number(at: number): number {
    return read(this.#index, at, 4).readUInt32BE();
  }
}

/** Type and size take ten bytes at most, a base as many as an id. */
const ENTRY_HEAD = 48;

/** How far the base is before an entry: seven bits a byte, the highest first, and one more for each byte that follows. */
function readDistance(bytes: Buffer): { readonly distance: number; readonly length: number } {
  let byte = bytes.readUInt8(0);
  let distance = byte & 0x7f;
  let length = 1;
  while (byte >= 0x80) {
    byte = bytes.readUInt8(length);
    distance = (distance + 1) * 128 + (byte & 0x7f);
    length += 1;
  }
  return { distance, length };
}

/** Fewer bytes at the end of the file. */
function read(file: number, at: number, length: number): Buffer {
  const available = Math.max(0, Math.min(length, fstatSync(file).size - at));
  const bytes = Buffer.alloc(available);
  readSync(file, bytes, 0, available, at);
  return bytes;
}
