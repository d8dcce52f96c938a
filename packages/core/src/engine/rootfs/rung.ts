import type { BuildDirectory } from '../../lifecycle/build-directory.ts';
import type { EnginePorts } from '../ports.ts';
import type { BuilderImage, EngineRun } from '../types.ts';

/** Why a rung can't be used on this machine. */
export interface Refusal {
  readonly reason: string;
  readonly hint: string;
}

/** The user that our process runs as has no rights to give away. */
export const NOT_ROOT: Refusal = {
  reason: 'we are not root',
  hint: 'Run as root.',
};

/** One way to run foreign code in an unpacked builder, apart from our own process. */
export interface Rung {
  /** For the log: `mount namespace`. */
  readonly name: string;
  /** Tries what the rung needs, without leaving a trace; undefined when it works here. */
  preflight(ports: EnginePorts): Promise<Refusal | undefined>;
  /**
   * Unpacks the builder to where `run` finds it.
   *
   * @throws BuildpacksError `engine` when it can't be unpacked here, `image` for what is wrong with it
   */
  provide(builder: BuilderImage, directory: BuildDirectory, ports: EnginePorts): Promise<void>;
  /**
   * Runs the command in the builder, and gives its exit status; no process of it is alive afterwards.
   *
   * @throws BuildpacksError `engine` when the command could not be started
   */
  run(run: EngineRun, ports: EnginePorts): Promise<number>;
  /** Removes what `provide` put into the build directory. */
  dispose(directory: BuildDirectory, ports: EnginePorts): Promise<void>;
}
