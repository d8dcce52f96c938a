import { BuildpacksError } from './error.ts';

/** What to throw when a signal has ended something: its reason where that is an error of ours. */
export function cancellation(signal: AbortSignal, message = 'cancelled'): BuildpacksError {
  const reason: unknown = signal.reason;
  return reason instanceof BuildpacksError ? reason : new BuildpacksError('cancelled', message, { cause: reason });
}
