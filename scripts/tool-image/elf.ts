/** Offsets and numbers of 64-bit ELF; all little-endian here. @see https://gabi.xinuos.com/elf/index.html */
const MAGIC = Buffer.from('\x7fELF\x02\x01', 'latin1');
const HEADER = {
  machine: 0x12,
  segments: 0x20,
  sections: 0x28,
  segmentSize: 0x36,
  segmentCount: 0x38,
  sectionCount: 0x3c,
};
const SEGMENT = { type: 0, offset: 0x08, address: 0x10, physical: 0x18, fileSize: 0x20, memorySize: 0x28 };
const SEGMENT_TYPE = { load: 1, dynamic: 2, interpreter: 3 };
const TAG = { end: 0n, needed: 1n, strings: 5n, stringsSize: 10n, rpath: 15n, runpath: 29n };
const TAG_SIZE = 16;
/** The smallest page of any kernel: up to its end a segment's file is mapped whether or not the segment says so. */
const PAGE = 4096;

interface Segment {
  readonly type: number;
  /** Where its header is. */
  readonly at: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** One entry of the dynamic section. */
interface Tag {
  readonly at: number;
  readonly tag: bigint;
  readonly value: number;
}

/** What a program or library says about itself. */
export interface Elf {
  /** As `e_machine` has it: 62 is x86-64, 183 is AArch64. */
  readonly machine: number;
  readonly interpreter: string | undefined;
  /** The libraries that it names. */
  readonly needed: readonly string[];
  /** Where it looks for libraries before anybody else has a say. */
  readonly rpath: string | undefined;
}

/** Undefined for what is no 64-bit, little-endian ELF file. */
export function readElf(bytes: Buffer): Elf | undefined {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const segments = readSegments(bytes);
  const interpreter = segments.find(({ type }) => type === SEGMENT_TYPE.interpreter);
  const tags = readTags(bytes, segments);
  const texts = (wanted: bigint): readonly string[] => {
    const strings = tags.find(({ tag }) => tag === TAG.strings)?.value ?? 0;
    const found = tags.filter(({ tag }) => tag === wanted);
    return found.map(({ value }) => textAt(bytes, offsetOf(segments, strings + value)));
  };
  return {
    machine: bytes.readUInt16LE(HEADER.machine),
    interpreter: interpreter && textAt(bytes, interpreter.offset),
    needed: texts(TAG.needed),
    rpath: texts(TAG.rpath)[0],
  };
}

/**
 * A program that starts with another loader and finds its libraries in another folder, its own and those that they need: `DT_RPATH` of a
 * program counts before `LD_LIBRARY_PATH` and for all that it loads. What is not loaded (symbols for debuggers, section headers) is cut off.
 * Both names go into the rest of the last page of the segment that has the other names.
 *
 * @throws Error when the program has no room for them, or a path of its own
 */
export function relocated(program: Buffer, loader: string, libraries: string): Buffer {
  const segments = readSegments(program);
  const bytes = Buffer.from(
    program.subarray(0, Math.max(...segments.map(({ offset, fileSize }) => offset + fileSize))),
  );
  const tags = readTags(bytes, segments);
  const strings = tags.find(({ tag }) => tag === TAG.strings)?.value ?? 0;
  const text = Buffer.from(`${loader}\0${libraries}\0`);
  const host = segments.find((each) => each.type === SEGMENT_TYPE.load && holds(each, strings));
  if (host === undefined || text.length > roomAfter(bytes, segments, host))
    throw new Error('no room for the new paths');

  const end = host.fileSize;
  text.copy(bytes, host.offset + end);
  resize(bytes, host.at, end + text.length);
  setInterpreter(bytes, segments, { offset: host.offset + end, address: host.address + end, size: loader.length + 1 });
  setPath(bytes, tags, { name: host.address + end + loader.length + 1 - strings, length: libraries.length + 1 });
  return withoutSections(bytes);
}

function readSegments(bytes: Buffer): readonly Segment[] {
  const first = Number(bytes.readBigUInt64LE(HEADER.segments));
  const size = bytes.readUInt16LE(HEADER.segmentSize);
  return Array.from({ length: bytes.readUInt16LE(HEADER.segmentCount) }, (_, index) => {
    const at = first + index * size;
    const field = (offset: number): number => Number(bytes.readBigUInt64LE(at + offset));
    return {
      type: bytes.readUInt32LE(at + SEGMENT.type),
      at,
      offset: field(SEGMENT.offset),
      address: field(SEGMENT.address),
      fileSize: field(SEGMENT.fileSize),
      memorySize: field(SEGMENT.memorySize),
    };
  });
}

/** All entries of the dynamic section, with the empty ones that end it. */
function readTags(bytes: Buffer, segments: readonly Segment[]): readonly Tag[] {
  const dynamic = segments.find(({ type }) => type === SEGMENT_TYPE.dynamic);
  return Array.from({ length: (dynamic?.fileSize ?? 0) / TAG_SIZE }, (_, index) => {
    const at = (dynamic?.offset ?? 0) + index * TAG_SIZE;
    return { at, tag: bytes.readBigInt64LE(at), value: Number(bytes.readBigUInt64LE(at + 8)) };
  });
}

function holds({ address, fileSize }: Segment, place: number): boolean {
  return place >= address && place < address + fileSize;
}

function offsetOf(segments: readonly Segment[], address: number): number {
  const segment = segments.find((each) => each.type === SEGMENT_TYPE.load && holds(each, address));
  if (segment === undefined) throw new Error(`nothing is loaded at ${address}`);
  return address - segment.address + segment.offset;
}

function textAt(bytes: Buffer, offset: number): string {
  return bytes.toString('latin1', offset, bytes.indexOf(0, offset));
}

/** Bytes that are mapped behind the segment and belong to nobody. */
function roomAfter(bytes: Buffer, segments: readonly Segment[], { offset, fileSize, memorySize }: Segment): number {
  const end = offset + fileSize;
  const next = segments.map((each) => each.offset).filter((each) => each >= end);
  const limit = Math.min(Math.ceil(end / PAGE) * PAGE, ...next);
  const free = fileSize === memorySize && bytes.subarray(end, limit).every((byte) => byte === 0);
  return free ? limit - end : 0;
}

function setInterpreter(
  bytes: Buffer,
  segments: readonly Segment[],
  place: { readonly offset: number; readonly address: number; readonly size: number },
): void {
  const interpreter = segments.find(({ type }) => type === SEGMENT_TYPE.interpreter);
  if (interpreter === undefined) throw new Error('it has no loader: is it a library, or static?');
  bytes.writeBigUInt64LE(BigInt(place.offset), interpreter.at + SEGMENT.offset);
  for (const field of [SEGMENT.address, SEGMENT.physical])
    bytes.writeBigUInt64LE(BigInt(place.address), interpreter.at + field);
  resize(bytes, interpreter.at, place.size);
}

/** Takes the first of the spare entries, of which linkers leave five; the last of them has to stay. The name is among the other names. */
function setPath(
  bytes: Buffer,
  tags: readonly Tag[],
  { name, length }: { readonly name: number; readonly length: number },
): void {
  const [spare, end] = tags.filter(({ tag }) => tag === TAG.end);
  const size = tags.find(({ tag }) => tag === TAG.stringsSize);
  if (spare === undefined || end === undefined || size === undefined) throw new Error('no spare entry for a path');
  if (tags.some(({ tag }) => tag === TAG.rpath || tag === TAG.runpath)) throw new Error('it has a path of its own');
  bytes.writeBigInt64LE(TAG.rpath, spare.at);
  bytes.writeBigUInt64LE(BigInt(name), spare.at + 8);
  bytes.writeBigUInt64LE(BigInt(name + length), size.at + 8);
}

function resize(bytes: Buffer, segment: number, size: number): void {
  for (const field of [SEGMENT.fileSize, SEGMENT.memorySize]) bytes.writeBigUInt64LE(BigInt(size), segment + field);
}

function withoutSections(bytes: Buffer): Buffer {
  bytes.writeBigUInt64LE(0n, HEADER.sections);
  bytes.writeUInt32LE(0, HEADER.sectionCount);
  return bytes;
}
