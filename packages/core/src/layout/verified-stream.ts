import { createHash } from 'node:crypto';
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';

const CHUNK = 1024 * 1024;

/**
 * Passes content on and fails at its end (or as soon as it is too long) when size or digest differ from the descriptor's.
 *
 * @param name where the content comes from, for the error
 */
export function verified(content: Readable, { digest, size }: Descriptor, name: string): Readable {
  const fail = (why: string) => new BuildpacksError('image', `the blob ${digest} of ${name} is damaged: ${why}`);
  const hash = createHash('sha256');
  let seen = 0;
  const checked = new Transform({
    highWaterMark: CHUNK,
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      seen += chunk.length;
      hash.update(chunk);
      if (seen <= size) done(null, chunk);
      else done(fail(`it is longer than its ${size} bytes`));
    },
    flush(done: TransformCallback) {
      const found = `sha256:${hash.digest('hex')}`;
      if (seen !== size) done(fail(`it ends after ${seen} of ${size} bytes`));
      else done(found === digest ? null : fail(`its content has the digest ${found}`));
    },
  });
  pipeline(content, checked, () => undefined);
  return checked;
}
