import { crc32, deflateRawSync } from 'node:zlib';

/** A file in an archive. */
export interface ZipEntry {
  /** With slashes between its parts, none in front. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** What the numbers of the format can hold; its larger form (Zip64) is not written. */
const MOST_ENTRIES = 0xffff;
const MOST_BYTES = 0xffff_ffff;

const VERSION = 20;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** 1980-01-01, 00:00: the same files give the same archive. */
const DATE = 0x0021;

/**
 * An archive of some files, compressed, in the order given. Made in memory.
 *
 * @throws RangeError when there is more than the format can hold
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16
 */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  if (entries.length > MOST_ENTRIES) throw new RangeError(`${entries.length} files are too many for a zip archive`);
  const members: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const path = Buffer.from(name);
    const data = deflateRawSync(content);
    const facts = memberFacts(path, content, data);
    const member = Buffer.concat([numbers([4, 0x04034b50]), facts, path, data]);
    // Made by version, facts, then: comment, disk, internal attributes (2 bytes each), external attributes, offset.
    const place = numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
    directory.push(Buffer.concat([numbers([4, 0x02014b50], [2, VERSION]), facts, place, path]));
    members.push(member);
    offset += member.length;
  }
  const listing = Buffer.concat(directory);
  if (offset + listing.length > MOST_BYTES) throw new RangeError('the files are too large for a zip archive');
  const counts: readonly Field[] = [
    [2, entries.length],
    [2, entries.length],
    [4, listing.length],
    [4, offset],
    [2, 0],
  ];
  return Buffer.concat([...members, listing, numbers([4, 0x06054b50], [2, 0], [2, 0], ...counts)]);
}

/** What stands both before a member and in the directory: how to read it, when it is of, what it is. */
function memberFacts(path: Buffer, content: Uint8Array, data: Buffer): Buffer {
  return numbers(
    ...([
      [2, VERSION],
      [2, UTF8_NAMES],
      [2, DEFLATED],
      [2, 0],
      [2, DATE],
    ] as const),
    ...([
      [4, crc32(content)],
      [4, data.length],
      [4, content.length],
    ] as const),
    ...([
      [2, path.length],
      [2, 0],
    ] as const),
  );
}

/** Its bytes, and the value. */
type Field = readonly [size: 2 | 4, value: number];

/** Little-endian, one after the other. */
function numbers(...fields: readonly Field[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [size]) => sum + size, 0));
  let offset = 0;
  for (const [size, value] of fields) offset = buffer.writeUIntLE(value, offset, size);
  return buffer;
}
