import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';
import { type Digest, hexOf } from '../reference/index.ts';
import { statRegularFile } from '../files/regular-file.ts';

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
  const blobs = path.join(directory, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  return writeBeside(path.join(blobs, 'new'), async (write) => {
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

/** Writes a file so that it is seen whole or not at all. */
export async function writeFileWhole(
  file: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  await writeBeside(file, async (write) => {
    for await (const chunk of content) await write(chunk);
    return { file, value: undefined };
  });
}

/** Writes under a temporary name in the same folder, then renames to what `produce` says; on failure nothing stays. */
async function writeBeside<T>(
  near: string,
  produce: (write: (chunk: Uint8Array) => Promise<void>) => Promise<{ readonly file: string; readonly value: T }>,
): Promise<T> {
  const temporary = `${near}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o644);
  try {
    const { file, value } = await produce((chunk) => handle.writeFile(chunk));
    await handle.close();
    await rename(temporary, file);
    return value;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
