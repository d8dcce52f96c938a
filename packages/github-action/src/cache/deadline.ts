import { BuildpacksError, type Clock } from '@buildpacks-ci/core';

export interface Deadline {
  /** From now. */
  readonly milliseconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Gives the work a signal that is aborted also when time is up, and does not wait for work that does not heed it: a connection that is
 * being made does not.
 *
 * @throws BuildpacksError `temporary` when time is up; the signal's reason
 */
export async function withDeadline<T>(
  { milliseconds, clock, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = new AbortController();
  clock.sleep(milliseconds, done.signal).then(
    () => {
      const seconds = Math.round(milliseconds / 1000);
      late.abort(new BuildpacksError('temporary', `GitHub's cache did not answer for ${seconds} seconds`));
    },
    () => undefined,
  );
  const either = AbortSignal.any([signal, late.signal, done.signal]);
  const stopped = Promise.withResolvers<never>();
  either.addEventListener('abort', () => {
    stopped.reject(either.reason as Error);
  });
  stopped.promise.catch(() => undefined);
  try {
    return await Promise.race([work(AbortSignal.any([signal, late.signal])), stopped.promise]);
  } finally {
    done.abort();
  }
}
