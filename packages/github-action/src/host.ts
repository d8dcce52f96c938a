import {
  abortOnSignals,
  type Clock,
  clockOf,
  environmentOf,
  type Machine,
  machineOf,
  type ProcessRunner,
} from '@buildpacks-ci/core';
import { createActionProcesses } from './processes.ts';
import type { Toolkit } from './toolkit.ts';

/** The runner, and the process that it gave us; made once, by `main.ts`. */
export interface Host {
  readonly environment: Readonly<Record<string, string>>;
  readonly toolkit: Toolkit;
  readonly clock: Clock;
  readonly machine: Machine;
  /** Node's name for the operating system. */
  readonly system: string;
  readonly processes: ProcessRunner;
  /** Aborted when the job is cancelled: the runner sends SIGINT, and SIGTERM 7.5 seconds later. */
  readonly signal: AbortSignal;
}

export function createHost(node: NodeJS.Process, toolkit: Toolkit): Host {
  const environment = environmentOf(node.env);
  const clock = clockOf(() => Date.now());
  return {
    environment,
    toolkit,
    clock,
    machine: runnerMachine(machineOf(node), environment),
    system: node.platform,
    processes: createActionProcesses(childEnvironment(environment)),
    signal: abortOnSignals(node, clock),
  };
}

/** Paths start from the workspace, whatever directory the runner starts us in; what is temporary goes where the runner cleans up. */
function runnerMachine(machine: Machine, environment: Host['environment']): Machine {
  const { GITHUB_WORKSPACE = '', RUNNER_TEMP = '' } = environment;
  return {
    ...machine,
    ...(GITHUB_WORKSPACE !== '' && { workingDirectory: GITHUB_WORKSPACE }),
    ...(RUNNER_TEMP !== '' && { temporary: RUNNER_TEMP }),
  };
}

/** The files by which a step commands the runner. */
const COMMAND_FILES: ReadonlySet<string> = new Set(
  ['ENV', 'PATH', 'OUTPUT', 'STATE', 'STEP_SUMMARY', 'ARTIFACTS'].map((name) => `GITHUB_${name}`),
);

/** What the programs that we start may see: neither our inputs nor the tokens and files that the runner gave to us alone. */
export function childEnvironment(environment: Host['environment']): Host['environment'] {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(?:INPUT|ACTIONS|STATE)_/.test(name) && !COMMAND_FILES.has(name)),
  );
}
