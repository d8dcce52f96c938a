import type { WriteStream } from 'node:tty';
import { setTimeout as delay } from 'node:timers/promises';
import {
  abortOnSignals,
  type Clock,
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
  const clock: Clock = {
    now: () => Date.now(),
    sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
  };
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

/** A reader that has seen enough (`| head`) is no failure; what it does not take is lost. */
function textStream(stream: WriteStream): TextStream {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
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
