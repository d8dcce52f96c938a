import { encodePaxHeaders } from '../../archive/pax-headers.ts';
import type { TarEntry } from '../../archive/tar-entry.ts';
import { BLOCK, paddingOf } from '../../archive/tar-format.ts';

/** Where a file is in the tar of a bundle. */
export interface TarPlace {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Of its headers, from the beginning of the tar. */
  readonly start: number;
  readonly headers: Buffer;
  /** Of its content. */
  readonly offset: number;
}

export interface TarPlaces {
  readonly places: readonly TarPlace[];
  /** Bytes of the whole tar. */
  readonly size: number;
}

/** Two empty blocks end a tar. */
export const TAR_END = 2 * BLOCK;

const FACTS = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0 } as const satisfies Partial<TarEntry>;

/** The headers of a file, the only ones that it may have. */
export function headersOf({ path, size }: Pick<TarEntry, 'path' | 'size'>): Buffer {
  return encodePaxHeaders({ ...FACTS, path, size });
}

/** The tar of these files, in their order: there is one way only to write it, so that every byte of it can be checked. */
export function tarPlaces(files: Iterable<{ readonly path: string; readonly size: number }>): TarPlaces {
  const places: TarPlace[] = [];
  let start = 0;
  for (const { path, size } of files) {
    const headers = headersOf({ path, size });
    const offset = start + headers.length;
    places.push({ path, size, start, headers, offset });
    start = offset + size + paddingOf(size);
  }
  return { places, size: start + TAR_END };
}
