import type { EnginePorts } from '../ports.ts';
import type { EngineRun } from '../types.ts';

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
