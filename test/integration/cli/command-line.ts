import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { inject } from 'vitest';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Start {
  readonly directory?: string;
  /** Beside PATH and HOME: nothing of the environment that the tests run in comes through. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What comes on standard input; absent: nothing. */
  readonly input?: string;
  /** The program to run; absent: the bundle that all tests share. */
  readonly program?: string;
}

export interface Started {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

/** Runs the command line as a process of its own, to its end. */
export async function buildpacksCi(args: readonly string[], start: Start = {}): Promise<Ended> {
  return startBuildpacksCi(args, start).ended;
}

/** Starts the command line as a process of its own. */
export function startBuildpacksCi(args: readonly string[], start: Start = {}): Started {
  const { directory, environment = {}, input = '', program = inject('programs').commandLine } = start;
  const child = spawn(process.execPath, [program, ...args], {
    ...(directory !== undefined && { cwd: directory }),
    env: { PATH: process.env['PATH'], HOME: directory, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Who does not read it may have ended before.
  child.stdin.on('error', () => undefined).end(input);
  return { child, ended: waitFor(child) };
}

async function waitFor(child: Started['child']): Promise<Ended> {
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), closed]);
  return { status, stdout, stderr };
}

/** All that comes; a stream that the test itself destroys ends early. */
async function read(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'close');
  return Buffer.concat(chunks).toString();
}
