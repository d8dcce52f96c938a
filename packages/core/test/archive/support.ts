import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { readTar, type TarEntry, type TarItem, writeTar } from '../../src/archive/index.ts';
import { BLOCK, checksumOf, FIELD, MAGIC, paddingOf } from '../../src/archive/tar-format.ts';

/** A new directory that goes away with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'archive-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

export function tarOf(items: Iterable<TarItem>): Promise<Buffer> {
  return buffer(writeTar(items));
}

/** The bytes in chunks of a size that fits no block. */
export function* inChunks(bytes: Uint8Array, size = 700): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

export async function* stream(bytes: Uint8Array, size?: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* inChunks(bytes, size);
}

export interface ReadMember {
  readonly entry: TarEntry;
  readonly content: string;
}

export async function membersOf(bytes: Uint8Array, chunkSize?: number): Promise<readonly ReadMember[]> {
  const members: ReadMember[] = [];
  for await (const { entry, content } of readTar(stream(bytes, chunkSize))) {
    members.push({ entry, content: (await buffer(content)).toString('latin1') });
  }
  return members;
}

/** What a raw header says; text fields as bytes in latin1. */
export interface RawHeader {
  readonly name?: string;
  readonly type?: string;
  readonly size?: string;
  readonly mode?: string;
  readonly uid?: string;
  readonly linkName?: string;
  readonly prefix?: string;
  readonly magic?: string;
  /** The last four bytes before the padding of the block: star's mark. */
  readonly trailer?: string;
  readonly content?: string;
}

/** A member by hand, with a right checksum: for what no writer writes. */
export function rawMember(raw: RawHeader): Buffer {
  const block = Buffer.alloc(BLOCK);
  const content = Buffer.from(raw.content ?? '', 'latin1');
  const put = (field: { offset: number; length: number }, text: string) => {
    block.write(text, field.offset, field.length, 'latin1');
  };
  put(FIELD.name, raw.name ?? 'file');
  put(FIELD.mode, raw.mode ?? '0000644');
  put(FIELD.uid, raw.uid ?? '0000000');
  put(FIELD.gid, '0000000');
  put(FIELD.size, raw.size ?? content.length.toString(8).padStart(11, '0'));
  put(FIELD.mtime, '00000000000');
  put(FIELD.type, raw.type ?? '0');
  put(FIELD.linkName, raw.linkName ?? '');
  put(FIELD.magic, raw.magic ?? MAGIC.ustar);
  put(FIELD.prefix, raw.prefix ?? '');
  put(FIELD.starTrailer, raw.trailer ?? '');
  put(FIELD.checksum, `${checksumOf(block).toString(8).padStart(6, '0')}\0 `);
  return Buffer.concat([block, content, Buffer.alloc(paddingOf(content.length))]);
}

export function rawTar(...members: readonly (RawHeader | Buffer)[]): Buffer {
  const blocks = members.map((member) => (Buffer.isBuffer(member) ? member : rawMember(member)));
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** One PAX record, its length counted. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return `${length}${rest}`;
}

/** What is below a directory: `path mode content`, links with their target; sorted. Nothing is followed. */
export function listing(root: string, below = ''): readonly string[] {
  return readdirSync(path.join(root, below))
    .sort()
    .flatMap((name) => {
      const inner = path.posix.join(below, name);
      const file = path.join(root, inner);
      const stats = lstatSync(file);
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isSymbolicLink()) return [`${inner} -> ${readlinkSync(file)}`];
      if (stats.isDirectory()) return [`${inner}/ ${mode}`, ...listing(root, inner)];
      return [`${inner} ${mode} ${stats.isFile() ? readFileSync(file, 'utf8') : 'special'}`];
    });
}
