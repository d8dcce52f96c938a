import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { directoryItem, type TarItem } from '../archive/tar-entry.ts';
import { writeTar } from '../archive/tar-writer.ts';
import { BuildpacksError } from '../errors/index.ts';
import { isDigest } from '../reference/index.ts';
import { writeFileWhole } from '../files/whole-file.ts';
import { blobPath } from './blob-store.ts';
import { openRegularFile, statRegularFile } from '../files/regular-file.ts';

const READ_SIZE = 1024 * 1024;
const FACTS = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0 } as const;

/**
 * Packs a layout directory into a tar (`oci-archive`). Equal layouts give equal bytes: sorted, owned by root, dated to the epoch.
 * Only what belongs to a layout is packed. A file appears under its name only when it is whole.
 */
export async function packLayout(directory: string, destination: string | Writable): Promise<void> {
  const tar = writeTar(layoutItems(directory));
  if (typeof destination === 'string') await writeFileWhole(destination, tar);
  else await pipeline(Readable.from(tar, { objectMode: false }), destination);
}

async function* layoutItems(directory: string): AsyncGenerator<TarItem> {
  yield directoryItem('blobs');
  yield directoryItem('blobs/sha256');
  const blobs = await readdir(path.join(directory, 'blobs', 'sha256'));
  for (const hex of blobs.sort()) {
    const digest = `sha256:${hex}`;
    if (isDigest(digest)) yield await layoutFile(directory, blobPath(digest));
  }
  for (const name of ['index.json', 'oci-layout']) yield await layoutFile(directory, [name]);
}

async function layoutFile(directory: string, parts: readonly string[]): Promise<TarItem> {
  const size = (await statRegularFile(directory, parts))?.size;
  if (size === undefined) throw missing(directory, parts);
  return { entry: { ...FACTS, path: parts.join('/'), size }, content: contentOf(directory, parts) };
}

async function* contentOf(directory: string, parts: readonly string[]): AsyncGenerator<Uint8Array> {
  const handle = await openRegularFile(directory, parts);
  if (handle === undefined) throw missing(directory, parts);
  yield* handle.createReadStream({ highWaterMark: READ_SIZE }) as AsyncIterable<Uint8Array>;
}

function missing(directory: string, parts: readonly string[]): BuildpacksError {
  return new BuildpacksError('image', `"${directory}" is no whole OCI layout: the file ${parts.join('/')} is missing`);
}
