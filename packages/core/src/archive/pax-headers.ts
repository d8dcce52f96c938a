import { putOctal, refuseNul, seal } from './header-fields.ts';
import { formatPaxRecords } from './pax.ts';
import { namedPath, type TarEntry } from './tar-entry.ts';
import { BLOCK, FIELD, type Field, MAGIC, paddingOf, TYPE_FLAG } from './tar-format.ts';

/**
 * The member's header block, preceded by a PAX member when the block can't say everything.
 *
 * @throws BuildpacksError `internal` when a name holds NUL
 */
export function encodePaxHeaders(entry: TarEntry): Buffer {
  const records = new Map<string, string | Uint8Array>();
  const header = Buffer.alloc(BLOCK);

  putText(header, FIELD.name, namedPath(entry), records, 'path');
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
  seal(header, TYPE_FLAG[entry.type], MAGIC.ustar);
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
  seal(header, 'x', MAGIC.ustar);
  return Buffer.concat([header, body, Buffer.alloc(paddingOf(body.length))]);
}

/** What the field can't hold goes into a PAX record; the field then has an ASCII stand-in for readers that know no PAX. */
function putText(
  header: Buffer,
  field: Field,
  text: string,
  records: Map<string, string | Uint8Array>,
  key: string,
): void {
  refuseNul(text);
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
