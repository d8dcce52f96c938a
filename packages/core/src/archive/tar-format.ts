import type { TarEntryType } from './tar-entry.ts';

/** Bytes: headers are one block, content is padded to whole blocks. */
export const BLOCK = 512;

export interface Field {
  readonly offset: number;
  readonly length: number;
}

/** Where the fields of a header block are (POSIX.1-1988 ustar; the GNU format shares all but `prefix`). */
export const FIELD = {
  name: { offset: 0, length: 100 },
  mode: { offset: 100, length: 8 },
  uid: { offset: 108, length: 8 },
  gid: { offset: 116, length: 8 },
  size: { offset: 124, length: 12 },
  mtime: { offset: 136, length: 12 },
  checksum: { offset: 148, length: 8 },
  type: { offset: 156, length: 1 },
  linkName: { offset: 157, length: 100 },
  magic: { offset: 257, length: 8 },
  userName: { offset: 265, length: 32 },
  groupName: { offset: 297, length: 32 },
  major: { offset: 329, length: 8 },
  minor: { offset: 337, length: 8 },
  prefix: { offset: 345, length: 155 },
  gnuAccessTime: { offset: 345, length: 12 },
  gnuChangeTime: { offset: 357, length: 12 },
  starTrailer: { offset: 508, length: 4 },
} as const satisfies Record<string, Field>;

export const MAGIC = { ustar: 'ustar\x0000', gnu: 'ustar  \0' } as const;

/** The type flags of ordinary members. */
export const TYPE_FLAG: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
};

/** Bytes that follow `size` bytes of content up to the next block. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** The sum of a header's bytes, its checksum field counted as blanks. */
export function checksumOf(block: Uint8Array): number {
  const { offset, length } = FIELD.checksum;
  let sum = length * 0x20;
  for (let index = 0; index < offset; index++) sum += block[index] ?? 0;
  for (let index = offset + length; index < BLOCK; index++) sum += block[index] ?? 0;
  return sum;
}
