import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';

/**
 * Passes content on and fails at its end (or as soon as it is too long) when size or digest differ from the descriptor's.
 *
 * @param name where the content comes from, for the error
 */
export function verified(content: Readable, descriptor: Descriptor, name: string): Readable {
  const checked = Readable.from(check(content, descriptor, name), { objectMode: false, highWaterMark: 1024 * 1024 });
  return checked.once('close', () => content.destroy());
}

async function* check(content: AsyncIterable<Uint8Array>, { digest, size }: Descriptor, name: string) {
  const fail = (why: string) => new BuildpacksError('image', `the blob ${digest} of ${name} is damaged: ${why}`);
  const hash = createHash('sha256');
  let seen = 0;
  for await (const chunk of content) {
    seen += chunk.length;
    if (seen > size) throw fail(`it is longer than its ${size} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  if (seen !== size) throw fail(`it ends after ${seen} of ${size} bytes`);
  const found = hash.digest('hex');
  if (`sha256:${found}` !== digest) throw fail(`its content has the digest sha256:${found}`);
}
