import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { measureProcess } from '../measured-process.ts';

/** A machine of GitHub's: what it tells the action of itself. */
export interface RunnerOptions {
  /** An empty folder, open to the user. */
  readonly directory: string;
  /** The checkout. */
  readonly workspace: string;
  /** The shipped file. */
  readonly action: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface StepMeasure {
  /** Of the step and of what follows the job. */
  readonly seconds: number;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs the action's step and what follows the job, as the runner does, with nothing else of this machine. */
export async function runStep(options: RunnerOptions): Promise<StepMeasure> {
  const files = path.join(options.directory, 'files');
  const named = Object.fromEntries(
    ['OUTPUT', 'STATE', 'STEP_SUMMARY', 'ENV'].map((name) => [name, path.join(files, name)]),
  );
  for (const folder of ['home', 'temp', 'files']) await mkdir(path.join(options.directory, folder));
  for (const file of Object.values(named)) await writeFile(file, '');
  const { uid = 0, gid = 0 } = options.user ?? {};
  if (options.user !== undefined) await command('chown', ['-R', `${uid}:${gid}`, options.directory]);
  const run = async (state: Readonly<Record<string, string>>) =>
    measureProcess(
      '/usr/bin/env',
      ['-i', ...pairs({ ...runnerEnvironment(options, named), ...state }), process.execPath, options.action],
      {
        ...(options.user !== undefined && { user: options.user }),
      },
    );
  const main = await run({});
  const state = await readPairs(named['STATE'] ?? '');
  const post = await run(Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])));
  return { seconds: main.seconds + post.seconds, outputs: await readPairs(named['OUTPUT'] ?? '') };
}

function pairs(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

function runnerEnvironment(
  { directory, workspace, inputs, environment }: RunnerOptions,
  files: Readonly<Record<string, string>>,
) {
  const { PATH = '' } = process.env;
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  return {
    PATH,
    HOME: path.join(directory, 'home'),
    RUNNER_TEMP: path.join(directory, 'temp'),
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_WORKSPACE: workspace,
    ...Object.fromEntries(Object.entries(files).map(([name, file]) => [`GITHUB_${name}`, file])),
    ...(Object.fromEntries(given) as Readonly<Record<string, string>>),
    ...environment,
  };
}

/** What `@actions/core` writes: `name<<end`, lines, `end`. */
async function readPairs(file: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(file, 'utf8');
  const found = text.matchAll(/^(.+?)<<(.+)\n([^]*?)\n\2$/gm);
  return Object.fromEntries([...found].map(([, name = '', , value = '']) => [name, value]));
}
