import { BuildpacksError, type Clock } from '@buildpacks-ci/core';

/** An answer that names the time to wait before the next request (`Retry-After`). */
export class TooManyRequests extends BuildpacksError {
  /** Milliseconds. */
  readonly wait: number;

  constructor(wait: number) {
    super('temporary', `GitHub's cache takes no more requests for ${Math.round(wait / 1000)} seconds`);
    this.wait = wait;
  }
}

/** Milliseconds. */
export interface RetryLimits {
  /** In which the last attempt must begin. */
  readonly patience: number;
  /** The same where the service has said how long to wait. */
  readonly rateLimited: number;
  /** Before the second attempt; twice as long before each further one. */
  readonly pause: number;
}

export interface Retries {
  readonly clock: Clock;
  readonly limits: RetryLimits;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 4;

/** Tries again what failed for a moment, as long as the next attempt begins in time; else the last failure is thrown. */
export async function withRetries<T>({ clock, limits, signal }: Retries, work: () => Promise<T>): Promise<T> {
  const start = clock.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const wait = error instanceof TooManyRequests ? error.wait : limits.pause * 2 ** (attempt - 1);
      const isTemporary = error instanceof BuildpacksError && error.code === 'temporary';
      const patience = error instanceof TooManyRequests ? limits.rateLimited : limits.patience;
      if (!isTemporary || attempt === ATTEMPTS || clock.now() + wait > start + patience) throw error;
      await clock.sleep(wait, signal);
    }
  }
}
