import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { TarParser } from '../archive/tar-parser.ts';
import { BuildpacksError } from '../errors/index.ts';
import type { Digest } from '../reference/index.ts';
import { blobPath } from './blob-store.ts';
import { type Layout, readLayout } from './layout.ts';

const HEADER_SIZE = 512;
const READ_SIZE = 1024 * 1024;
const GZIP_MAGIC = Buffer.of(0x1f, 0x8b);

/** Where in the archive a member's content is, in bytes. */
interface Extent {
  readonly offset: number;
  readonly size: number;
}

/**
 * Opens an OCI layout that is packed in a tar (an `oci-archive`, a `.cnb` file). Only headers are read; content is read where it lies.
 *
 * @throws BuildpacksError `image` when it is no such tar
 */
export async function openLayoutArchive(file: string): Promise<Layout> {
  const extents = await scan(file);
  const openBlob = (digest: Digest) => {
    const extent = extents.get(blobPath(digest).join('/'));
    return Promise.resolve(extent && contentOf(file, extent));
  };
  return readLayout({
    name: `oci-archive:${file}`,
    read: async (name, maxBytes) => {
      const extent = extents.get(name);
      if (extent === undefined) return undefined;
      if (extent.size > maxBytes) throw new BuildpacksError('image', `"${name}" of "${file}" has ${extent.size} bytes`);
      return Buffer.concat((await contentOf(file, extent).toArray()) as Buffer[]);
    },
    blobSize: (digest) => Promise.resolve(extents.get(blobPath(digest).join('/'))?.size),
    openBlob,
  });
}

function contentOf(file: string, { offset, size }: Extent): Readable {
  if (size === 0) return Readable.from([]);
  return createReadStream(file, { start: offset, end: offset + size - 1, highWaterMark: READ_SIZE });
}

async function scan(file: string): Promise<ReadonlyMap<string, Extent>> {
  const handle = await open(file);
  try {
    return await readExtents(file, handle);
  } finally {
    await handle.close();
  }
}

async function readExtents(file: string, handle: FileHandle): Promise<ReadonlyMap<string, Extent>> {
  const extents = new Map<string, Extent>();
  const parser = new TarParser();
  const { size } = await handle.stat();
  let offset = 0;
  while (offset < size) {
    const length = parser.ended ? READ_SIZE : HEADER_SIZE;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
    if (offset === 0 && buffer.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) throw isCompressed(file);
    offset += bytesRead;
    for (const event of parser.feed(buffer.subarray(0, bytesRead))) {
      if (event.kind !== 'entry' || event.entry.type !== 'file') continue;
      const name = event.entry.path.replace(/^(?:\.?\/)+/, '');
      if (extents.has(name)) throw new BuildpacksError('image', `"${file}" has "${name}" twice`);
      extents.set(name, { offset, size: event.entry.size });
    }
    offset += parser.skipContent();
  }
  if (offset > size) throw new BuildpacksError('image', `"${file}" is truncated`);
  parser.finish();
  return extents;
}

function isCompressed(file: string): BuildpacksError {
  return new BuildpacksError('image', `"${file}" is compressed as a whole`, {
    hint: `Decompress it first: gunzip "${file}".`,
  });
}
