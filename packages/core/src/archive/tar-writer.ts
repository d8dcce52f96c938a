import { BuildpacksError } from '../errors/index.ts';
import type { TarEntry, TarItem } from './tar-entry.ts';
import { BLOCK, checksumOf, FIELD, type Field, MAGIC, paddingOf, TYPE_FLAG } from './tar-format.ts';
import { formatPaxRecords } from './pax.ts';

/** Small pieces are gathered up to this size, so that what follows (gzip, a hash, a socket) gets few and large chunks. */
const GATHER = 128 * 1024;
const ZEROS = Buffer.alloc(2 * BLOCK);

/**
 * Writes a tar archive: ustar headers, with PAX records only where a name is long or not ASCII, or a number too large.
 * Equal items give equal bytes, and Go's `archive/tar` and GNU tar read them back as they were. Fractions of `mtime` are dropped.
 *
 * @throws BuildpacksError `internal` when an item's content has not the size that its entry says, or a name holds NUL
 */
export async function* writeTar(items: Iterable<TarItem> | AsyncIterable<TarItem>): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let gathered = 0;
  for await (const piece of pieces(items)) {
    pending.push(piece);
    gathered += piece.length;
    if (gathered < GATHER) continue;
    yield Buffer.concat(pending, gathered);
    pending = [];
    gathered = 0;
  }
  yield Buffer.concat(pending, gathered);
}

async function* pieces(items: Iterable<TarItem> | AsyncIterable<TarItem>): AsyncGenerator<Uint8Array> {
  for await (const { entry, content } of items) {
    yield encodeHeaders(entry);
    let written = 0;
    for await (const chunk of content instanceof Uint8Array ? [content] : (content ?? [])) {
      written += chunk.length;
      if (written > entry.size) break;
      yield chunk;
    }
    if (written !== entry.size) throw wrongSize(entry, written);
    yield ZEROS.subarray(0, paddingOf(entry.size));
  }
  yield ZEROS;
}

function wrongSize(entry: TarEntry, written: number): BuildpacksError {
  const amount = written > entry.size ? 'more' : `only ${written} bytes`;
  return new BuildpacksError('internal', `"${entry.path}" was said to have ${entry.size} bytes and had ${amount}`, {
    hint: 'Leave the files alone while they are read, and try again.',
  });
}

/** The member's header block, preceded by a PAX member when the block can't say everything. */
function encodeHeaders(entry: TarEntry): Buffer {
  const records = new Map<string, string | Uint8Array>();
  const header = Buffer.alloc(BLOCK);
  const path = entry.type === 'directory' && !entry.path.endsWith('/') ? `${entry.path}/` : entry.path;

  putText(header, FIELD.name, path, records, 'path');
  putText(header, FIELD.linkName, entry.linkPath ?? '', records, 'linkpath');
  putText(header, FIELD.userName, entry.userName ?? '', records, 'uname');
  putText(header, FIELD.groupName, entry.groupName ?? '', records, 'gname');
  putNumber(header, FIELD.uid, entry.uid, records, 'uid');
  putNumber(header, FIELD.gid, entry.gid, records, 'gid');
  putNumber(header, FIELD.size, entry.size, records, 'size');
  putNumber(header, FIELD.mtime, Math.floor(entry.mtime), records, 'mtime');
  putOctal(header, FIELD.mode, entry.mode & 0o7777);
  putOctal(header, FIELD.major, entry.device?.major ?? 0);
  putOctal(header, FIELD.minor, entry.device?.minor ?? 0);
  seal(header, TYPE_FLAG[entry.type]);
  for (const [key, value] of entry.extended ?? []) records.set(key, value);
  return records.size === 0 ? header : Buffer.concat([encodePax(records), header]);
}

function encodePax(records: ReadonlyMap<string, string | Uint8Array>): Buffer {
  const body = formatPaxRecords(records);
  const header = Buffer.alloc(BLOCK);
  header.write('PaxHeaders/record', FIELD.name.offset, 'latin1');
  putOctal(header, FIELD.mode, 0o644);
  for (const field of [FIELD.uid, FIELD.gid, FIELD.mtime, FIELD.major, FIELD.minor]) putOctal(header, field, 0);
  putOctal(header, FIELD.size, body.length);
  seal(header, 'x');
  return Buffer.concat([header, body, ZEROS.subarray(0, paddingOf(body.length))]);
}

/** What the field can't hold goes into a PAX record; the field then has an ASCII stand-in for readers that know no PAX. */
function putText(
  header: Buffer,
  field: Field,
  text: string,
  records: Map<string, string | Uint8Array>,
  key: string,
): void {
  if (text.includes('\0')) throw new BuildpacksError('internal', `the name ${JSON.stringify(text)} holds a NUL byte`);
  const fits = text.length <= field.length && /^[\x01-\x7f]*$/.test(text);
  if (!fits) records.set(key, text);
  const standIn = fits ? text : text.replaceAll(/[^\x20-\x7e]/g, '_').slice(0, field.length);
  header.write(standIn, field.offset, field.length, 'latin1');
}

function putNumber(
  header: Buffer,
  field: Field,
  value: number,
  records: Map<string, string | Uint8Array>,
  key: string,
): void {
  const fits = value >= 0 && value < 8 ** (field.length - 1);
  if (!fits) records.set(key, String(value));
  putOctal(header, field, fits ? value : 0);
}

function putOctal(header: Buffer, field: Field, value: number): void {
  header.write(value.toString(8).padStart(field.length - 1, '0'), field.offset, field.length - 1, 'latin1');
}

function seal(header: Buffer, typeFlag: string): void {
  header.write(typeFlag, FIELD.type.offset, 'latin1');
  header.write(MAGIC.ustar, FIELD.magic.offset, 'latin1');
  const checksum = checksumOf(header).toString(8).padStart(6, '0');
  header.write(`${checksum}\0 `, FIELD.checksum.offset, 'latin1');
}
