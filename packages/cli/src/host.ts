import { homedir, tmpdir } from 'node:os';
import type { WriteStream } from 'node:tty';
import { setTimeout as delay } from 'node:timers/promises';
import {
  BuildpacksError,
  type Clock,
  createProcessRunner,
  type Machine,
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

/** Node's names for architectures that have another one in OCI images. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', mipsel: 'mipsle' };

/** How long a build may take to clean up before another SIGINT ends it, in milliseconds. */
const PATIENCE = 3_000;

export function createHost(node: NodeJS.Process): Host {
  const environment = environmentOf(node.env);
  return {
    args: node.argv.slice(2),
    environment,
    stdout: textStream(node.stdout),
    stderr: textStream(node.stderr),
    clock: {
      now: () => Date.now(),
      sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
    },
    machine: machineOf(node),
    processes: createProcessRunner({ environment }),
    signal: abortOnSignals(node),
  };
}

function environmentOf(variables: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
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

function machineOf(node: NodeJS.Process): Machine {
  return {
    uid: node.geteuid?.() ?? 0,
    gid: node.getegid?.() ?? 0,
    home: homedir(),
    temporary: tmpdir(),
    architecture: ARCHITECTURES[node.arch] ?? node.arch,
    workingDirectory: node.cwd(),
  };
}

/**
 * The first signal asks for an orderly end; a SIGINT long after it is a person who does not want to wait. One soon after it is the
 * same one again: npm and others pass on what the terminal has sent to the whole group.
 */
function abortOnSignals(node: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  let since: number | undefined;
  const stop = (name: NodeJS.Signals) => {
    const now = Date.now();
    if (since !== undefined && name === 'SIGINT' && now - since > PATIENCE) node.exit(130);
    since ??= now;
    controller.abort(new BuildpacksError('cancelled', `stopped by ${name}`));
  };
  node.on('SIGINT', stop);
  node.on('SIGTERM', stop);
  return controller.signal;
}
