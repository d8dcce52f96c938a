import type { FileHandle } from 'node:fs/promises';
import { asStrings, parseJson } from '../../json/json.ts';
import type { NewIndex } from '../../ports/index.ts';
import { type Digest, isDigest } from '../../reference/index.ts';

/** Longer first lines are not ours. */
export const MAX_HEADER = 16 * 1024;
const NEWLINE = 0x0a;

/** A file of `indexes/`: a line with the packs that it needs, so that the store need not understand indexes, then the index object. */
export function renderIndexFile({ object, packs }: NewIndex): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(packs)}\n`), object]);
}

/** The index object in such a file; undefined when it is none. */
export function objectIn(file: Buffer): Uint8Array | undefined {
  const end = file.subarray(0, MAX_HEADER).indexOf(NEWLINE);
  return end === -1 ? undefined : file.subarray(end + 1);
}

/** The packs that such a file names. */
export async function packsNamedIn(file: FileHandle): Promise<readonly Digest[]> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEADER), 0, MAX_HEADER, 0);
  const header = buffer.subarray(0, bytesRead);
  const end = header.indexOf(NEWLINE);
  return end === -1 ? [] : asStrings(parseJson(header.subarray(0, end))).filter(isDigest);
}
