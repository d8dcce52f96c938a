import { BuildpacksError } from '../errors/index.ts';

/** @throws BuildpacksError `cancelled` once the signal is aborted */
export function throwIfCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof BuildpacksError) throw signal.reason;
  throw new BuildpacksError('cancelled', 'the build was cancelled', { cause: signal.reason });
}
