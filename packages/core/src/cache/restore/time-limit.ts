import { BuildpacksError } from '../../errors/index.ts';
import type { Clock } from '../../ports/index.ts';

const SECOND = 1000;
/** Time for any cache, and for each MiB of it: what takes longer is slower than to build without. */
const BASE = 60 * SECOND;
const FOR_EACH_MIB = SECOND;
const MIB = 1024 * 1024;

export interface TimeLimit {
  /** Bytes that are to come. */
  readonly bytes: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Gives the work a signal that is aborted also when the work takes too long for its size. */
export async function withTimeLimit<T>(
  { bytes, clock, signal }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = new AbortController();
  const seconds = Math.round((BASE + FOR_EACH_MIB * (bytes / MIB)) / SECOND);
  clock.sleep(seconds * SECOND, done.signal).then(
    () => {
      late.abort(new BuildpacksError('temporary', `it takes longer than ${seconds} seconds`));
    },
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    done.abort();
  }
}
