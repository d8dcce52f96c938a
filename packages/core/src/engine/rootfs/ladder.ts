import type { EnginePorts } from '../ports.ts';
import { MOUNT_NAMESPACE } from './mount-namespace.ts';
import type { Refusal, Rung } from './rung.ts';

export type RootfsAvailability = { readonly ok: true; readonly rung: Rung } | ({ readonly ok: false } & Refusal);

/** From the best to the last resort. */
const RUNGS: readonly Rung[] = [MOUNT_NAMESPACE];

/** The first rung that holds here, else why none does. */
export async function rootfsAvailable(ports: EnginePorts): Promise<RootfsAvailability> {
  const refusals: Refusal[] = [];
  for (const rung of RUNGS) {
    const refusal = await rung.preflight(ports);
    if (refusal === undefined) return { ok: true, rung };
    ports.log.debug(`rootfs engine, ${rung.name}: ${refusal.reason}`);
    refusals.push(refusal);
  }
  return {
    ok: false,
    reason: refusals.map(({ reason }) => reason).join('; '),
    hint: refusals.map(({ hint }) => hint).join(' Or: '),
  };
}
