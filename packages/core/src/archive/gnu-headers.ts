import { putOctal, refuseNul, seal } from './header-fields.ts';
import { namedPath, type TarEntry } from './tar-entry.ts';
import { BLOCK, FIELD, type Field, MAGIC, paddingOf, TYPE_FLAG } from './tar-format.ts';

/** The name of a member that holds the name of the next one (GNU tar manual, "Basic Tar Format"). */
const LONG_LINK = '././@LongLink';
/** The first bit of a number that is binary. */
const BINARY = 0x80;

/**
 * The member's header block, preceded by members for a long name and a long link. Names are UTF-8; extended attributes, and the names of
 * owners that have no room, are left out.
 *
 * @throws BuildpacksError `internal` when a name holds NUL
 */
export function encodeGnuHeaders(entry: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const before = [
    ...putName(header, FIELD.linkName, entry.linkPath ?? '', 'K'),
    ...putName(header, FIELD.name, namedPath(entry), 'L'),
  ];
  for (const [field, value] of [
    [FIELD.uid, entry.uid],
    [FIELD.gid, entry.gid],
    [FIELD.size, entry.size],
    [FIELD.mtime, Math.floor(entry.mtime)],
  ] as const) {
    putNumber(header, field, value);
  }
  putOctal(header, FIELD.mode, entry.mode & 0o7777);
  putOctal(header, FIELD.major, entry.device?.major ?? 0);
  putOctal(header, FIELD.minor, entry.device?.minor ?? 0);
  seal(header, TYPE_FLAG[entry.type], MAGIC.gnu);
  return Buffer.concat([...before, header]);
}

/** @returns the member that holds the name where the field does not */
function putName(header: Buffer, field: Field, text: string, typeFlag: 'K' | 'L'): readonly Buffer[] {
  refuseNul(text);
  const name = Buffer.from(text);
  const fits = name.length <= field.length;
  // Cut in the middle of a character, a name would be no UTF-8 any more.
  const standIn = fits ? name : Buffer.from(text.replaceAll(/[^\x20-\x7e]/g, '_'));
  standIn.copy(header, field.offset, 0, field.length);
  return fits ? [] : [longName(name, typeFlag)];
}

function longName(name: Buffer, typeFlag: 'K' | 'L'): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(LONG_LINK, FIELD.name.offset, 'latin1');
  putOctal(header, FIELD.mode, 0o644);
  for (const field of [FIELD.uid, FIELD.gid, FIELD.mtime]) putOctal(header, field, 0);
  const size = name.length + 1;
  putOctal(header, FIELD.size, size);
  seal(header, typeFlag, MAGIC.gnu);
  return Buffer.concat([header, name, Buffer.alloc(1 + paddingOf(size))]);
}

/** Octal digits; where they have no room, two's complement behind the bit that says so. */
function putNumber(header: Buffer, field: Field, value: number): void {
  if (value >= 0 && value < 8 ** (field.length - 1)) {
    putOctal(header, field, value);
    return;
  }
  let rest = BigInt(value);
  for (let at = field.length - 1; at >= 0; at--) {
    header[field.offset + at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  header[field.offset] = (header[field.offset] ?? 0) | BINARY;
}
