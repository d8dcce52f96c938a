import { NetworkFailure } from '../network/index.ts';
import type { Clock, Log } from '../ports/index.ts';
import { RegistryError } from './error.ts';

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

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
}

/** Calls `act` until it succeeds, fails for good, or the policy's tries or time are used up; then throws the last failure. */
export async function retrying<T>(options: RetryOptions, act: () => Promise<T>): Promise<T> {
  let waited = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      const wait = isTransient(error) ? waitAfter(options, error, attempt) : undefined;
      if (wait === undefined || waited + wait > options.policy.maxTotal) throw error;
      options.log.debug(`${error instanceof Error ? error.message : ''}; trying again in ${Math.round(wait)} ms`);
      await options.clock.sleep(wait, options.signal);
      waited += wait;
    }
  }
}

export function isTransient(error: unknown): error is RegistryError | NetworkFailure {
  return (error instanceof RegistryError || error instanceof NetworkFailure) && error.transient;
}

/** Exponential, between half and the whole of the step, never shorter than the registry asks; undefined: no more tries. */
function waitAfter(options: RetryOptions, error: RegistryError | NetworkFailure, attempt: number): number | undefined {
  const { attempts, delay, maxDelay } = options.policy;
  if (attempt >= attempts) return undefined;
  const step = Math.min(delay * 2 ** (attempt - 1), maxDelay);
  const own = step * (0.5 + options.random() / 2);
  return Math.max(own, error instanceof RegistryError ? (error.retryAfter ?? 0) : 0);
}

/** Reads `Retry-After` (RFC 9110, section 10.2.3): seconds or an HTTP date, as milliseconds from `now`. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
