import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, inject } from 'vitest';
import { loadToolImage } from '../../bench/tool-image.ts';
import type { BuildResult } from '../../../packages/core/src/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Not the cache of whoever runs the tests; gone with the tests of a file. */
const CACHES = mkdtempSync(path.join(tmpdir(), 'e2e-caches-'));
afterAll(() => {
  rmSync(CACHES, { recursive: true, force: true });
});

export interface CliOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** The command that starts it, as another user for instance; it is given program and arguments. */
  readonly launcher?: readonly string[];
  /** What `docker run` gets for a container of the tool image in which the image's own command line runs; needs no launcher. */
  readonly container?: readonly string[];
  /** Open files that it gets as descriptors 3 and up. */
  readonly descriptors?: readonly number[];
  /** Gets the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Called once when the log shows this text. */
  readonly when?: { readonly text: string; readonly then: (child: ChildProcess) => void };
}

export interface CliOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as users do, in a process of its own, with nothing of the test's own configuration but PATH and HOME. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const { PATH = '', HOME = '/', TMPDIR } = process.env;
  const { descriptors = [], container } = options;
  const [program = process.execPath, ...rest] = await commandOf(options);
  const child = spawn(program, [...rest, ...args], {
    cwd: options.directory ?? ROOT,
    env: {
      PATH,
      HOME,
      XDG_CACHE_HOME: CACHES,
      ...(TMPDIR !== undefined && { TMPDIR }),
      ...(container === undefined && options.environment),
    },
    stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
  });
  options.onStart?.(child);
  const output = { stdout: '', stderr: '' };
  let waiting = options.when;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      if (waiting === undefined || !output[name].includes(waiting.text)) return;
      const { then } = waiting;
      waiting = undefined;
      then(child);
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { status, ...output };
}

/** How the command line is started. The variables that a test sets are for the container, not for docker's own client. */
async function commandOf({ launcher = [], container, environment = {}, directory = ROOT }: CliOptions) {
  if (container === undefined) return [...launcher, process.execPath, inject('programs').commandLine];
  const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const image = await loadToolImage();
  return ['docker', 'run', '--rm', '--workdir', directory, ...variables, ...container, image, 'buildpacks-ci'];
}

/** A build that must succeed; gives its result. */
export async function build(args: readonly string[], options: CliOptions = {}): Promise<BuildResult> {
  const outcome = await cli(['build', '--json', ...args], options);
  if (outcome.status !== 0) throw new Error(`the build ended with ${String(outcome.status)}:\n${outcome.stderr}`);
  return JSON.parse(outcome.stdout) as BuildResult;
}
