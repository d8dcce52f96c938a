import { isUtf8 } from 'node:buffer';
import { ambiguous } from './refusal.ts';
import { checksumOf, FIELD, type Field, MAGIC } from './tar-format.ts';

/** What one header block says by itself. */
export interface TarHeader {
  readonly typeFlag: string;
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly userName: string;
  readonly groupName: string;
  readonly major: number;
  readonly minor: number;
}

/** @throws BuildpacksError `image` when the checksum is wrong or a field can be read in two ways */
export function decodeHeader(block: Buffer): TarHeader {
  if (readNumber(block, FIELD.checksum) !== checksumOf(block)) throw ambiguous('a header has a wrong checksum');
  const magic = block.toString('latin1', FIELD.magic.offset, FIELD.magic.offset + FIELD.magic.length);
  const modern = magic === MAGIC.ustar || magic === MAGIC.gnu;
  const prefix = magic === MAGIC.ustar ? readPrefix(block) : '';
  if (magic === MAGIC.gnu) refuseMisusedTimes(block);
  const name = readText(block, FIELD.name);
  return {
    typeFlag: String.fromCharCode(block[FIELD.type.offset] ?? 0),
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: readText(block, FIELD.linkName),
    mode: readNumber(block, FIELD.mode),
    uid: readNumber(block, FIELD.uid),
    gid: readNumber(block, FIELD.gid),
    size: readNumber(block, FIELD.size),
    mtime: readNumber(block, FIELD.mtime),
    userName: modern ? readText(block, FIELD.userName) : '',
    groupName: modern ? readText(block, FIELD.groupName) : '',
    major: modern ? readNumber(block, FIELD.major) : 0,
    minor: modern ? readNumber(block, FIELD.minor) : 0,
  };
}

/** Star has times in the second half of `prefix`: Go leaves them out of the name, GNU tar does not. */
function readPrefix(block: Buffer): string {
  const { offset, length } = FIELD.starTrailer;
  if (block.toString('latin1', offset, offset + length) === 'tar\0')
    throw ambiguous('a header is in the format of star');
  return readText(block, FIELD.prefix);
}

/** GNU has times where ustar has the prefix; Go takes them for a prefix when they are no numbers, GNU tar does not. */
function refuseMisusedTimes(block: Buffer): void {
  readNumber(block, FIELD.gnuAccessTime);
  readNumber(block, FIELD.gnuChangeTime);
}

/** The bytes up to the first NUL, as UTF-8. */
function readText(block: Buffer, { offset, length }: Field): string {
  if (block[offset] === 0) return '';
  const end = block.indexOf(0, offset);
  return decodeText(block.subarray(offset, end === -1 || end > offset + length ? offset + length : end));
}

/** @throws BuildpacksError `image` when the bytes are not UTF-8: another reader would give the file another name */
export function decodeText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw ambiguous(`the name ${JSON.stringify(bytes.toString('latin1'))} is not UTF-8`);
  return bytes.toString('utf8');
}

/** Octal digits between blanks and NULs, or a base-256 number when the first bit is set (GNU, star). */
function readNumber(block: Buffer, field: Field): number {
  const first = block[field.offset] ?? 0;
  return first >= 0x80 ? readBinary(block, field, first) : readOctal(block, field);
}

function readOctal(block: Buffer, { offset, length }: Field): number {
  const text = block.toString('latin1', offset, offset + length);
  const found = /^[ \0]*([0-7]*)[ \0]*$/.exec(text);
  if (found === null) throw ambiguous(`${JSON.stringify(text)} is not an octal number`);
  return found[1] === '' ? 0 : Number.parseInt(found[1] ?? '', 8);
}

/** Two's complement in all bits but the first. */
function readBinary(block: Buffer, { offset, length }: Field, first: number): number {
  const negative = (first & 0x40) !== 0;
  let value = BigInt(negative ? first | 0x80 : first & 0x3f);
  for (const byte of block.subarray(offset + 1, offset + length)) value = (value << 8n) | BigInt(byte);
  const number = Number(negative ? BigInt.asIntN(length * 8, value) : value);
  if (!Number.isSafeInteger(number)) throw ambiguous('a number in a header is too large');
  return number;
}
