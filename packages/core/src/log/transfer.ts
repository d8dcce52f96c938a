import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import type { Log } from '../ports/index.ts';

/** How much of a digest tells blobs apart in a log. */
const SHOWN = 12;

/**
 * Passes the bytes of a blob on and tells the log how many came. Destroying what this gives ends the source at once, and what ends the
 * source ends this.
 */
export function reportTransfer(
  source: Readable,
  { digest, size }: { readonly digest: string; readonly size: number },
  log: Log,
): Readable {
  const label = digest.replace(/^sha256:/, '').slice(0, SHOWN);
  let done = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, next: TransformCallback) {
      done += chunk.byteLength;
      log.progress({ label, done, total: size });
      next(null, chunk);
    },
  });
  return pipeline(source, counted, () => undefined);
}
