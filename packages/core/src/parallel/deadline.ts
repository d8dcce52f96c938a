import type { BuildpacksError } from '../errors/index.ts';
import type { Clock } from '../ports/index.ts';

/** Until when work may take. */
export interface Deadline {
  /** From now. */
  readonly milliseconds: number;
  /** What is told when time is up. */
  readonly late: () => BuildpacksError;
  readonly clock: Clock;
  /** Ends the work before. */
  readonly signal: AbortSignal;
}

/**
 * Gives the work a signal that is aborted also when time is up, and waits until the work has ended.
 *
 * @throws what the work throws
 */
export async function untilDeadline<T>(
  { milliseconds, late, clock, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const timeUp = new AbortController();
  clock.sleep(milliseconds, done.signal).then(
    () => {
      timeUp.abort(late());
    },
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, timeUp.signal]));
  } finally {
    done.abort();
  }
}

/**
 * As `untilDeadline`, but leaves work that does not heed its signal to itself.
 *
 * @throws what the work throws; what is told when time is up; the signal's reason
 */
export function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return untilDeadline(deadline, (signal) => unlessAborted(work(signal), signal));
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
