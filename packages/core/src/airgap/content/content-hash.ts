import { createHash } from 'node:crypto';
import type { Digest } from '../../reference/index.ts';

/** The digest of bytes that come one after the other, and how many came. */
export async function hashOf(
  content: AsyncIterable<Uint8Array>,
): Promise<{ readonly digest: Digest; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
