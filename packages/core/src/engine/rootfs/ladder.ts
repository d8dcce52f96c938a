import type { EnginePorts } from '../ports.ts';
import type { EngineRun } from '../types.ts';
import { MOUNT_NAMESPACE } from './mount-namespace.ts';

/** Why a rung can't be used on this machine. */
export interface Refusal {
  readonly reason: string;
  readonly hint: string;
}

/** One way to run foreign code in an unpacked builder, apart from our own process. */
export interface Rung {
  /** For the log: `mount namespace`. */
  readonly name: string;
  /** Tries what the rung needs, without leaving a trace; undefined when it works here. */
  preflight(ports: EnginePorts): Promise<Refusal | undefined>;
  /**
   * Runs the command in the builder that is unpacked at `root`, and gives its exit status; no process of it is alive afterwards.
   *
   * @throws BuildpacksError `engine` when the command could not be started
   */
  run(run: EngineRun, root: string, ports: EnginePorts): Promise<number>;
}

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
