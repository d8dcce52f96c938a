import type { FileHandle } from 'node:fs/promises';
import { BuildpacksError } from '../../errors/index.ts';
import { openRegularFile } from '../../files/regular-file.ts';
import type { Digest } from '../../reference/index.ts';
import { type ChunkName, chunkName } from '../format/chunk-table.ts';
import { COMMITTED, consistsOfHoles, fileOfLayer } from '../volume-cache.ts';

const READ_SIZE = 1024 * 1024;

export interface LayerSource {
  /** The build's volume cache: hostile input. */
  readonly cache: string;
  readonly layer: Digest;
  readonly signal: AbortSignal;
}

/** @throws BuildpacksError `image` when it is not there, or not a regular file */
export async function openTar({ cache, layer }: LayerSource): Promise<FileHandle> {
  const file = await openRegularFile(cache, [COMMITTED, fileOfLayer(layer)]);
  if (file === undefined) throw new BuildpacksError('image', 'its file is not there');
  return file;
}

/**
 * Reads a layer's tar from its beginning. What it gives holds only until more is asked for: two pieces of memory are used in turn, one is
 * filled while the other is worked on.
 *
 * @throws BuildpacksError `image` when it is not there, or consists of holes
 */
export async function* readTar(source: LayerSource): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await openTar(source);
  try {
    const stats = await file.stat();
    const { size } = stats;
    if (consistsOfHoles(stats)) throw new BuildpacksError('image', 'its file consists of holes');
    let [memory, spare] = [pieceOf(size), pieceOf(size)];
    let reading = file.read(memory);
    for (;;) {
      const { bytesRead } = await reading;
      source.signal.throwIfAborted();
      if (bytesRead === 0) return;
      reading = file.read(spare);
      // Told when it is awaited; it never is when this ends before.
      reading.catch(() => undefined);
      yield memory.subarray(0, bytesRead);
      [memory, spare] = [spare, memory];
    }
  } finally {
    await file.close();
  }
}

function pieceOf(size: number): Buffer {
  // One byte at least: to read nothing looks like the end.
  return Buffer.allocUnsafe(Math.max(1, Math.min(size, READ_SIZE)));
}

/** @throws BuildpacksError `image` when the tar does not have this chunk there */
export async function readChunk(
  file: FileHandle,
  offset: number,
  { name, length }: { readonly name: ChunkName; readonly length: number },
): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
  if (bytesRead === length && chunkName(buffer) === name) return buffer;
  throw new BuildpacksError('image', 'its digest is wrong');
}
