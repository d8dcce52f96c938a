import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import type { Log } from '../ports/index.ts';

/** What the log is to be told of: a blob's descriptor. */
export interface Transfer {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** How much of a digest tells blobs apart in a log. */
const SHOWN = 12;

/**
 * Passes the bytes of a blob on and tells the log how many came. Destroying what this gives ends the source at once, and what ends the
 * source ends this.
 */
export function reportTransfer(source: Readable, transfer: Transfer, log: Log): Readable {
  let done = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, next: TransformCallback) {
      done += chunk.byteLength;
      report(transfer, done, log);
      next(null, chunk);
    },
  });
  return pipeline(source, counted, () => undefined);
}

/** Tells the log of transfers that are still to come, so that it knows from the beginning how much there is to do. */
export function announceTransfers(transfers: readonly Transfer[], log: Log): void {
  for (const transfer of transfers) report(transfer, 0, log);
}

function report({ digest, size }: Transfer, done: number, log: Log): void {
  log.progress({ label: digest.replace(/^sha256:/, '').slice(0, SHOWN), done, total: size });
}
