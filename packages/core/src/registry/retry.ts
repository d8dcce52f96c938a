import { cancellation } from '../errors/index.ts';
import { NetworkFailure, ProxyError } from '../network/index.ts';
import type { Clock } from '../ports/index.ts';
import { RegistryError } from './error.ts';
import type { RetryNotices } from './retry-notices.ts';

/** When a failed call is tried again. Times in milliseconds. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** The wait before the second try; it doubles from then on. */
  readonly delay: number;
  /** No single wait of ours is longer. */
  readonly maxDelay: number;
  /** All waits of one call together, those that the registry asks for included. */
  readonly maxTotal: number;
}

export const RETRY_POLICY: RetryPolicy = { attempts: 4, delay: 500, maxDelay: 20_000, maxTotal: 120_000 };

/** How a small thing is asked of an endpoint that another one can stand in for. `patience`: milliseconds for the answer's headers. */
export const BRIEFLY: { readonly retry: RetryPolicy; readonly patience: number } = {
  retry: { attempts: 2, delay: 500, maxDelay: 2_000, maxTotal: 2_000 },
  patience: 20_000,
};

/** Who asks too much waits longer than who met a failure. */
const LIMITED = 4;
/** Tries in all of what kept us waiting each time: more of them would take as long again. */
const SLOW_ATTEMPTS = 2;

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly notices: RetryNotices;
  readonly signal: AbortSignal;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
}

/** Calls `act` until it succeeds, fails for good, or the policy's tries or time are used up; then throws the last failure. */
export async function retrying<T>(options: RetryOptions, act: () => Promise<T>): Promise<T> {
  const retries = new Retries(options);
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(await retries.waitAfter(error))) throw error;
    }
  }
}

/** The tries and the time that one call has left. */
export class Retries {
  readonly #options: RetryOptions;
  #attempt = 1;
  #waited = 0;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Waits before the next try; false, at once, when there is none. */
  async waitAfter(error: unknown): Promise<boolean> {
    const { policy, clock, notices, signal } = this.#options;
    if (!isTransient(error)) return false;
    const attempts = isSlow(error) ? Math.min(policy.attempts, SLOW_ATTEMPTS) : policy.attempts;
    if (this.#attempt >= attempts) return false;
    const wait = this.#waitFor(error);
    if (this.#waited + wait > policy.maxTotal) return false;
    notices.tell(troubleOf(error), `${error.message}; trying again in ${Math.round(wait)} ms`);
    await clock.sleep(wait, signal).catch((reason: unknown) => {
      throw signal.aborted ? cancellation(signal) : reason;
    });
    this.#attempt += 1;
    this.#waited += wait;
    return true;
  }

  /** Exponential, between half and the whole of the step, never shorter than the registry asks. */
  #waitFor(error: Failure): number {
    const { policy, random } = this.#options;
    const asked = error instanceof RegistryError ? error : undefined;
    const delay = asked?.status === 429 ? policy.delay * LIMITED : policy.delay;
    const step = Math.min(delay * 2 ** (this.#attempt - 1), policy.maxDelay);
    return Math.max(step * (0.5 + random() / 2), asked?.retryAfter ?? 0);
  }
}

type Failure = RegistryError | NetworkFailure | ProxyError;

export function isTransient(error: unknown): error is Failure {
  const known = error instanceof RegistryError || error instanceof NetworkFailure || error instanceof ProxyError;
  return known && error.transient;
}

/** The same for all calls that fail for one reason. */
function troubleOf(error: Failure): string {
  if (!(error instanceof RegistryError)) return error.message;
  const host = error.url === undefined ? '' : new URL(error.url).host;
  return `${host} ${error.reason}`;
}

function isSlow(error: Failure): boolean {
  const failure = error instanceof RegistryError ? error.cause : error;
  return failure instanceof NetworkFailure && failure.slow;
}
