import path from 'node:path';
import {
  abortOnSignals,
  allowBrokenPipe,
  type Clock,
  clockOf,
  createProcessRunner,
  environmentOf,
  isBuildersProgram,
  type Machine,
  machineOf,
  type ProcessRunner,
} from '@buildpacks-ci/core';
import { childEnvironment } from './secrets.ts';

/** The job, and the process that it gave us; made once, by `main.ts`. */
export interface Host {
  /** After the program's own name. */
  readonly args: readonly string[];
  /** All of the job's variables, its secrets among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Prints to the job's log. */
  readonly print: (text: string) => void;
  readonly clock: Clock;
  /** Paths start from the project's directory. */
  readonly machine: Machine;
  readonly processes: ProcessRunner;
  /** Aborted when the job is cancelled or takes too long: the runner sends SIGTERM. */
  readonly signal: AbortSignal;
}

export function createHost(node: NodeJS.Process): Host {
  const environment = environmentOf(node.env);
  const clock = clockOf(() => Date.now());
  return {
    args: node.argv.slice(2),
    environment,
    print: printerTo(node.stdout),
    clock,
    machine: jobMachine(machineOf(node), environment),
    processes: createProcessRunner({ environment: childEnvironment(environment), isForeign: isBuildersProgram }),
    signal: abortOnSignals(node, clock),
  };
}

function printerTo(stream: NodeJS.WriteStream): Host['print'] {
  allowBrokenPipe(stream);
  return (text) => {
    stream.write(text);
  };
}

/** Where everybody may write. */
const TEMPORARY = '/tmp';

/**
 * Paths start from the project's directory, wherever a script has gone. What is temporary is not in it, though jobs often put TMPDIR there:
 * the project is what is built, and what the runner carries to the next job.
 */
export function jobMachine(machine: Machine, environment: Host['environment']): Machine {
  const { CI_PROJECT_DIR = '' } = environment;
  if (!path.isAbsolute(CI_PROJECT_DIR)) return machine;
  const within = !path.relative(CI_PROJECT_DIR, machine.temporary).startsWith('..');
  return { ...machine, workingDirectory: CI_PROJECT_DIR, ...(within && { temporary: TEMPORARY }) };
}
