import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Signatures of a file's first member and of the end record (APPNOTE.TXT, 4.3.7 and 4.3.16). */
const FIRST_MEMBER = Buffer.from('PK\x03\x04', 'latin1');
const END_RECORD = Buffer.from('PK\x05\x06', 'latin1');
const END_RECORD_SIZE = 22;
const MAX_COMMENT = 0xffff;

/** True for zip, jar and war files, those with a start script in front included; false for what can't be read. */
export function isZip(file: string): boolean {
  try {
    const descriptor = openSync(file, 'r');
    try {
      return hasSignature(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

function hasSignature(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  if (read(descriptor, FIRST_MEMBER.length, 0).equals(FIRST_MEMBER)) return true;
  const length = Math.min(size, END_RECORD_SIZE + MAX_COMMENT);
  return endsWithEndRecord(read(descriptor, length, size - length));
}

function read(descriptor: number, length: number, position: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
}

function endsWithEndRecord(tail: Buffer): boolean {
  const at = tail.lastIndexOf(END_RECORD);
  if (at === -1 || at + END_RECORD_SIZE > tail.length) return false;
  return at + END_RECORD_SIZE + tail.readUInt16LE(at + END_RECORD_SIZE - 2) === tail.length;
}
