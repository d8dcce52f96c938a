import type { WriteStream } from 'node:tty';
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
import type { TextStream } from './console/stream.ts';

/** What the program knows of the machine and of the process that it runs in; made once, by `main.ts`. */
export interface Host {
  /** After the program's own name. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly clock: Clock;
  readonly machine: Machine;
  readonly processes: ProcessRunner;
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

export function createHost(node: NodeJS.Process): Host {
  const environment = environmentOf(node.env);
  const clock = clockOf(() => Date.now());
  return {
    args: node.argv.slice(2),
    environment,
    stdout: textStream(node.stdout),
    stderr: textStream(node.stderr),
    clock,
    machine: machineOf(node),
    processes: createProcessRunner({ environment, isForeign: isBuildersProgram }),
    signal: abortOnSignals(node, clock),
  };
}

function textStream(stream: WriteStream): TextStream {
  allowBrokenPipe(stream);
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY,
    get columns() {
      return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
    },
  };
}
