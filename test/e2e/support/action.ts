import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import { readOutputFile } from '../../../packages/github-action/test/support/output-file.ts';
import { temporaryDirectory } from './world.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

export interface ActionOptions {
  /** As in `with:`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** `GITHUB_EVENT_NAME`; absent: a push to the default branch. */
  readonly event?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that starts the step. */
  readonly launcher?: readonly string[];
  /** What is checked out; absent: the repository. */
  readonly workspace?: string;
  /** The file to run; absent: the bundle. */
  readonly program?: string;
  /** State that the step has saved: what follows the job is run. */
  readonly state?: Readonly<Record<string, string>>;
}

export interface ActionOutcome {
  readonly status: number | null;
  /** What people see: the runner does not show what it is told to mask. */
  readonly log: string;
  readonly masked: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The lines of the list of artifacts. */
  readonly artifacts: readonly string[];
  /** What stands in the files for variables and paths, which an action of ours never writes. */
  readonly forbidden: string;
}

/** Runs the action as the runner starts it, but on this machine: variables, the event's payload, and files for what it gives back. */
export async function runAction(options: ActionOptions): Promise<ActionOutcome> {
  const {
    inputs,
    event = 'push',
    workspace = ROOT,
    program = inject('programs').githubAction,
    environment,
    launcher = [],
    state = {},
  } = options;
  const directory = await temporaryDirectory('runner');
  const file = (name: string) => path.join(directory, name);
  await mkdir(file('temp'));
  await writeFile(file('event.json'), JSON.stringify({ repository: { default_branch: 'main' } }));
  const files = ['OUTPUT', 'STEP_SUMMARY', 'STATE', 'ARTIFACTS', 'ENV', 'PATH'];
  await Promise.all(files.map((name) => writeFile(file(name), '')));
  const { PATH = '', HOME = '/' } = process.env;
  const [command, ...args] = [...launcher, process.execPath, program];
  const child = spawn(command, args, {
    cwd: directory,
    env: {
      ...{ PATH, HOME, RUNNER_TEMP: file('temp'), GITHUB_WORKSPACE: workspace, GITHUB_EVENT_PATH: file('event.json') },
      ...{ GITHUB_EVENT_NAME: event, GITHUB_REF: 'refs/heads/main', GITHUB_SERVER_URL: 'https://github.com' },
      ...Object.fromEntries(files.map((name) => [`GITHUB_${name}`, file(name)])),
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const read = (name: string) => readFile(file(name), 'utf8');
  return {
    status,
    log: log.replaceAll(/^::add-mask::.*\n/gm, ''),
    masked: Array.from(log.matchAll(/^::add-mask::(.*)$/gm), ([, secret = '']) => secret),
    outputs: readOutputFile(await read('OUTPUT')),
    summary: await read('STEP_SUMMARY'),
    artifacts: (await read('ARTIFACTS')).split('\n').filter((line) => line !== ''),
    forbidden: (await read('ENV')) + (await read('PATH')),
  };
}
