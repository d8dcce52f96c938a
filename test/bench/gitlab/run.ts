import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { program } from '../tools.ts';
import { helperImage } from './helper-image.ts';

export interface RunnerOptions {
  readonly url: string;
  /** The authority of GitLab's certificate, a PEM file. */
  readonly ca: string;
  /** Folder of the runner: `builds` and `cache`, mounted into its containers. */
  readonly machine: string;
  /** A command that starts the runner: in another network, for instance. */
  readonly launcher?: readonly string[];
  /** Mounted into all containers as well, `source:target:ro`. */
  readonly volumes?: readonly string[];
  /** More of `[runners.docker]`: `{ user: '1000680000', cap_drop: ['ALL'] }`. */
  readonly docker?: Readonly<Record<string, boolean | string | readonly string[]>>;
}

/** Of its machine, at the same names in containers. */
const FOLDERS = ['builds', 'cache'];

/** The runner in the names of its folders. */
export const RUNNER = 'bench';

/**
 * Runs GitLab's runner until the coordinator has no more jobs: its docker executor with what it does by default, in particular no
 * privileges, but on the machine's network and with folders of a test in place of volumes.
 *
 * @returns what the runner itself has printed
 */
export async function runJobs(options: RunnerOptions): Promise<string> {
  const { machine } = options;
  for (const folder of FOLDERS) {
    await mkdir(path.join(machine, folder), { recursive: true });
    await chmod(path.join(machine, folder), 0o777);
  }
  const config = path.join(machine, 'config.toml');
  await writeFile(config, settings(options, await helperImage()));
  const [file, ...args] = [...(options.launcher ?? []), await program('gitlab-runner'), 'run-jobs', config];
  const child = spawn(file, args, {
    cwd: machine,
    env: { PATH: process.env['PATH'], HOME: machine },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (status !== 0) throw new Error(`gitlab-runner ended with ${String(status)}:\n${printed}`);
  return printed;
}

function settings({ url, ca, machine, volumes: more = [], docker = {} }: RunnerOptions, helper: string): string {
  const runner = { name: 'bench', url, token: `glrt-${RUNNER}`, executor: 'docker', 'tls-ca-file': ca };
  const own = FOLDERS.map((folder) => `${path.join(machine, folder)}:/${folder}`);
  const volumes = [...own, ...more];
  const container = {
    image: helper,
    helper_image: helper,
    pull_policy: 'if-not-present',
    network_mode: 'host',
    volumes,
  };
  const tables = { '[runners]': runner, 'runners.docker': { ...container, ...docker } };
  // Strings, booleans and lists of strings are the same in JSON and TOML.
  const lines = Object.entries(tables).flatMap(([name, values]) => [
    `[${name}]`,
    ...Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
  ]);
  return ['concurrent = 1', ...lines, ''].join('\n');
}
