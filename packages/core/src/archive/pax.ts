import { ambiguous } from './refusal.ts';

const EQUALS = 0x3d;
const NEWLINE = 0x0a;
const BLANK = 0x20;

/** `<length> <key>=<value>\n` for each record, sorted by key; the length counts itself (POSIX.1-2001 pax). */
export function formatPaxRecords(records: ReadonlyMap<string, string | Uint8Array>): Buffer {
  const sorted = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(sorted.map(([key, value]) => formatRecord(key, value)));
}

function formatRecord(key: string, value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const rest = Buffer.byteLength(key) + bytes.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length !== String(rest).length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), bytes, Buffer.of(NEWLINE)]);
}

/**
 * Reads the records of a PAX header.
 *
 * @throws BuildpacksError `image` when a record is malformed, or a key stands twice (readers differ on which one counts)
 */
export function parsePaxRecords(body: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  let offset = 0;
  while (offset < body.length) {
    const blank = body.indexOf(BLANK, offset);
    const digits = body.toString('latin1', offset, blank);
    const end = offset + Number(digits);
    const equals = body.indexOf(EQUALS, blank);
    const wellFormed = blank !== -1 && /^[1-9][0-9]{0,8}$/.test(digits) && end <= body.length;
    if (!wellFormed || equals === -1 || equals >= end || body[end - 1] !== NEWLINE) {
      throw ambiguous('a PAX header has a malformed record');
    }
    const key = body.toString('utf8', blank + 1, equals);
    if (key === '' || key.includes('\0')) throw ambiguous('a PAX header has a record without a proper name');
    if (records.has(key)) throw ambiguous(`a PAX header has the record "${key}" twice`);
    records.set(key, body.subarray(equals + 1, end - 1));
    offset = end;
  }
  return records;
}
