import { optional } from '../../json/json.ts';
import type { EnginePorts } from '../ports.ts';
import { MOUNT_NAMESPACE } from './mount-namespace.ts';
import { OVER_ROOT } from './over-root/over-root.ts';
import type { Refusal, Rung } from './rung.ts';
import { USER_NAMESPACE } from './user-namespace.ts';

export type RootfsAvailability =
  | {
      readonly ok: true;
      readonly rung: Rung;
      /** Why there is no better one; absent for the best. */ readonly because?: string;
    }
  | ({ readonly ok: false } & Refusal);

/** From the best to the last resort. */
const RUNGS: readonly Rung[] = [MOUNT_NAMESPACE, USER_NAMESPACE, OVER_ROOT];

/** The first rung that holds here, else why none does. */
export async function rootfsAvailable(ports: EnginePorts): Promise<RootfsAvailability> {
  const refusals: (Refusal & { readonly name: string })[] = [];
  for (const rung of RUNGS) {
    const refusal = await rung.preflight(ports);
    if (refusal === undefined) return { ok: true, rung, ...optional('because', told(refusals)) };
    ports.log.debug(`rootfs engine, ${rung.name}: ${refusal.reason}`);
    refusals.push({ name: rung.name, ...refusal });
  }
  return { ok: false, ...together(refusals) };
}

/** What all rungs say is said once. */
function together(refusals: readonly (Refusal & { readonly name: string })[]): Refusal {
  const [first] = refusals;
  if (first !== undefined && refusals.every(({ reason }) => reason === first.reason)) return first;
  return {
    reason: told(refusals) ?? '',
    hint: refusals.map(({ hint }) => hint).join(' Or: '),
  };
}

function told(refusals: readonly (Refusal & { readonly name: string })[]): string | undefined {
  return refusals.length === 0 ? undefined : refusals.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
}
