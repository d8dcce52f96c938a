import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';
import { type Digest, hexOf } from '../reference/index.ts';
import { makeRealFolders } from '../files/real-folders.ts';
import { statRegularFile } from '../files/regular-file.ts';
import { writeBeside } from '../files/whole-file.ts';

/** The path of a blob inside a layout, as parts. */
export function blobPath(digest: Digest): readonly [string, string, string] {
  return ['blobs', 'sha256', hexOf(digest)];
}

/**
 * Writes a stream as a blob of the layout and tells its digest and size. The blob appears under its name only when it is whole.
 *
 * @param directory the layout's; made when it is missing
 */
export async function addBlob(
  directory: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mediaType: string,
): Promise<Descriptor> {
  const hash = createHash('sha256');
  let size = 0;
  const folders = ['blobs', 'sha256'];
  const obstacle = await makeRealFolders(directory, folders);
  if (obstacle !== undefined) {
    throw new BuildpacksError('image', `"${obstacle}" is a link or a file where a folder of the layout must be`);
  }
  return writeBeside(path.join(directory, ...folders, 'new'), async (write) => {
    for await (const chunk of content) {
      hash.update(chunk);
      size += chunk.length;
      await write(chunk);
    }
    const digest: Digest = `sha256:${hash.digest('hex')}`;
    return { file: path.join(directory, ...blobPath(digest)), value: { mediaType, digest, size } };
  });
}

/** Copies a blob into the layout unless a file of its name and size is there. The content's own stream vouches for its digest. */
export async function putBlob(
  directory: string,
  descriptor: Descriptor,
  open: () => Promise<AsyncIterable<Uint8Array>>,
): Promise<void> {
  if ((await statRegularFile(directory, blobPath(descriptor.digest)))?.size === descriptor.size) return;
  const added = await addBlob(directory, await open(), descriptor.mediaType);
  if (added.digest === descriptor.digest) return;
  await rm(path.join(directory, ...blobPath(added.digest)), { force: true });
  throw new BuildpacksError('image', `the content of ${descriptor.digest} hashes to ${added.digest}`);
}
