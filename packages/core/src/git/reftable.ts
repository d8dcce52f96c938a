/** What a table says of a ref. `deleted` hides what older tables have. */
export type RefValue =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'object'; readonly id: string; readonly peeled: string }
  | { readonly kind: 'symbolic'; readonly target: string };

const MAGIC = 'REFT';
const REF_BLOCK = 'r'.charCodeAt(0);
/** Longer than the name of any ref that a system's files could have. */
const LONGEST_NAME = 16 * 1024;
/** Type and length of a block. */
const BLOCK_HEAD = 4;

/**
 * The refs of one table (Git's technical documentation, "reftable"): blocks with sorted names, each written as what it adds to the one before.
 *
 * @throws RangeError when it is damaged
 */
export function readReftable(bytes: Buffer): ReadonlyMap<string, RefValue> {
  const version = bytes.length < 28 ? 0 : bytes.readUInt8(4);
  if (bytes.toString('latin1', 0, 4) !== MAGIC || (version !== 1 && version !== 2)) {
    throw new RangeError('a table of refs has another format');
  }
  const head = version === 1 ? 24 : 28;
  const idLength = version === 2 && bytes.toString('latin1', 24, 28) === 's256' ? 32 : 20;
  const blockSize = bytes.readUIntBE(5, 3);
  const refs = new Map<string, RefValue>();
  // The first block begins with the head of the file, which its length counts.
  for (let [start, at] = [0, head]; bytes[at] === REF_BLOCK; at = start) {
    const end = start + bytes.readUIntBE(at + 1, 3);
    if (end <= at) throw new RangeError('a table of refs has a block without a length');
    const restarts = bytes.readUInt16BE(end - 2) * 3 + 2;
    readRecords(new Records(bytes.subarray(at + BLOCK_HEAD, end - restarts), idLength), refs);
    const isPadded = bytes[end] === 0 && end < start + blockSize;
    start = isPadded ? start + blockSize : end;
  }
  return refs;
}

function readRecords(records: Records, refs: Map<string, RefValue>): void {
  let name = Buffer.alloc(0);
  while (!records.done) {
    const kept = records.number();
    const suffix = records.number();
    name = Buffer.concat([name.subarray(0, kept), records.take(Math.floor(suffix / 8))]);
    if (name.length > LONGEST_NAME) throw new RangeError('a table of refs has a name without an end');
    // When it was last changed, counted from the head of the file.
    records.number();
    refs.set(name.toString('utf8'), records.value(suffix % 8));
  }
}

class Records {
  readonly #bytes: Buffer;
  readonly #idLength: number;
  #at = 0;

  constructor(bytes: Buffer, idLength: number) {
    this.#bytes = bytes;
    this.#idLength = idLength;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('a table of refs ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** Seven bits a byte, the highest first, and one more for each byte that follows. */
  number(): number {
    let [byte] = this.take(1);
    let value = (byte ?? 0) & 0x7f;
    while ((byte ?? 0) >= 0x80) {
      [byte] = this.take(1);
      value = (value + 1) * 128 + ((byte ?? 0) & 0x7f);
    }
    return value;
  }

  value(type: number): RefValue {
    switch (type) {
      case 0:
        return { kind: 'deleted' };
      case 1: {
        const id = this.#id();
        return { kind: 'object', id, peeled: id };
      }
      case 2:
        return { kind: 'object', id: this.#id(), peeled: this.#id() };
      case 3:
        return { kind: 'symbolic', target: this.take(this.number()).toString('utf8') };
      default:
        throw new RangeError('a table of refs has a value that is not known');
    }
  }

  #id(): string {
    return this.take(this.#idLength).toString('hex');
  }
}
