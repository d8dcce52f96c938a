import { explainTlsFailure, type TlsExplanation } from './explain.ts';
import { isHangUp, mayBeTlsFailure, tellingCode, type TlsFailure } from './failure.ts';
import { type ProbeOptions, probeTls, type ProbeTarget } from './probe.ts';

/** What failed: all that an explanation needs but the probe. */
export type TlsFailureContext = Omit<TlsFailure, 'probe'>;

/**
 * Finds out why TLS failed, by one more handshake without a request. Never tries the connection again, and never makes it less strict.
 *
 * @returns undefined when it was not TLS that failed: the code says so, or the probe met nothing that would explain it
 */
export async function diagnoseTlsFailure(
  context: TlsFailureContext,
  target: ProbeTarget,
  options: ProbeOptions,
): Promise<TlsExplanation | undefined> {
  if (!mayBeTlsFailure(context.code)) return undefined;
  // A code that tells for itself needs no waiting for a late refusal.
  const probe = await probeTls(target, isHangUp(context.code) ? options : { patience: 0, ...options });
  return tellingCode(context.code, probe) === undefined ? undefined : explainTlsFailure({ ...context, probe });
}
