import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../../../packages/cli/src/main.ts');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Start {
  readonly directory?: string;
  /** Beside PATH and HOME: nothing of the environment that the tests run in comes through. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The program to run instead of the sources: a bundle. */
  readonly program?: string;
}

/** Runs the command line as a process of its own. */
export async function buildpacksCi(args: readonly string[], start: Start = {}): Promise<Ended> {
  const { directory, environment = {}, program = MAIN } = start;
  const child = spawn(process.execPath, [program, ...args], {
    ...(directory !== undefined && { cwd: directory }),
    env: { PATH: process.env['PATH'], HOME: directory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, stdout, stderr };
}
