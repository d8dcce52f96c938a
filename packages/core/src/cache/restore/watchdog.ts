import { BuildpacksError } from '../../errors/index.ts';
import type { Clock } from '../../ports/index.ts';

/** A transfer from which nothing comes for this long (milliseconds) is given up. */
const STALL = 20_000;

/** Passes on what a source gives, and fails when it stalls. */
export async function* watched(source: AsyncIterable<Uint8Array>, clock: Clock): AsyncGenerator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const result = await inTime(pieces.next(), clock);
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    // Not awaited: a source that stalls may never answer.
    void pieces.return?.().catch(() => undefined);
  }
}

async function inTime<T>(work: Promise<T>, clock: Clock): Promise<T> {
  const done = new AbortController();
  const stalled = clock.sleep(STALL, done.signal).then(() => {
    throw new BuildpacksError('temporary', `nothing came for ${STALL / 1000} seconds`);
  });
  stalled.catch(() => undefined);
  try {
    return await Promise.race([work, stalled]);
  } finally {
    done.abort();
  }
}
