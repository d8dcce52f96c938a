import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../reference/index.ts';

/** A digest, and the bytes that it is of. */
export interface ContentHash {
  readonly digest: Digest;
  readonly size: number;
}

/** Layers are large: fewer and longer reads than Node's own. */
const READ_SIZE = 1024 * 1024;

/** The digest of bytes that come one after the other, and how many came. */
export async function hashOf(content: AsyncIterable<Uint8Array>): Promise<ContentHash> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

/** The same of a file, from its beginning; a handle is closed. */
export async function hashOfFile(file: string | FileHandle): Promise<ContentHash> {
  const options = { highWaterMark: READ_SIZE };
  return hashOf(typeof file === 'string' ? createReadStream(file, options) : file.createReadStream(options));
}
