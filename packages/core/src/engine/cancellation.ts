import { cancellation } from '../errors/index.ts';

/** @throws BuildpacksError `cancelled` once the signal is aborted */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancellation(signal, 'the build was cancelled');
}
