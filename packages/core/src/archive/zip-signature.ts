import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Signatures of a file's first member and of the end record (APPNOTE.TXT, 4.3.7 and 4.3.16). */
const FIRST_MEMBER = Buffer.from('PK\x03\x04', 'latin1');
const END_RECORD = Buffer.from('PK\x05\x06', 'latin1');
const END_RECORD_SIZE = 22;
const MAX_COMMENT = 0xffff;

/** In the end record, 4 bytes each: the size of the central directory, and where it begins. */
const DIRECTORY_SIZE_AT = 12;
const DIRECTORY_OFFSET_AT = 16;

/** True for zip, jar and war files, those with a start script in front included; false for what can't be read. */
export function isZip(file: string): boolean {
  try {
    return inspect(file, (descriptor) => {
      if (read(descriptor, FIRST_MEMBER.length, 0).equals(FIRST_MEMBER)) return true;
      return endRecord(descriptor) !== undefined;
    });
  } catch {
    return false;
  }
}

/** Bytes before the zip itself, which its own offsets do not count: the start script of a jar. */
export function bytesBeforeZip(file: string): number {
  return inspect(file, (descriptor) => {
    const end = endRecord(descriptor);
    if (end === undefined) return 0;
    const directoryEnd = end.bytes.readUInt32LE(DIRECTORY_SIZE_AT) + end.bytes.readUInt32LE(DIRECTORY_OFFSET_AT);
    return Math.max(0, end.position - directoryEnd);
  });
}

function inspect<T>(file: string, work: (descriptor: number) => T): T {
  const descriptor = openSync(file, 'r');
  try {
    return work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function endRecord(descriptor: number): { readonly bytes: Buffer; readonly position: number } | undefined {
  const { size } = fstatSync(descriptor);
  const length = Math.min(size, END_RECORD_SIZE + MAX_COMMENT);
  const tail = read(descriptor, length, size - length);
  const at = tail.lastIndexOf(END_RECORD);
  if (at === -1 || at + END_RECORD_SIZE > tail.length) return undefined;
  const ends = at + END_RECORD_SIZE + tail.readUInt16LE(at + END_RECORD_SIZE - 2);
  return ends === tail.length ? { bytes: tail.subarray(at), position: size - length + at } : undefined;
}

function read(descriptor: number, length: number, position: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
}
