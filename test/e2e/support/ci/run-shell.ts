import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkOut } from './checkout.ts';
import { temporaryDirectory } from '../world.ts';

export interface ShellOutcome {
  readonly status: number;
  readonly text: string;
  /** The app's checkout, in which the commands ran. */
  readonly directory: string;
}

export interface ShellOptions {
  readonly app: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, string>>;
}

/**
 * Runs commands of a page on this machine, in a checkout that belongs to a user who is not root.
 *
 * `docker run` gets what the machine of a reader has by itself: a way to the registries, and their authority.
 */
export async function runShell(commands: string, { app, environment, hosts }: ShellOptions): Promise<ShellOutcome> {
  const root = await temporaryDirectory('ci-shell');
  const directory = path.join(root, 'app');
  await mkdir(directory);
  await checkOut(app, directory, { directory, owner: 1000 });
  const names = Object.entries(hosts).map(([name, address]) => `--add-host=${name}:${address}`);
  const flags = ['--network=host', ...names, '--env=BUILDPACKS_CI_CA_CERTIFICATES'].join(' ');
  await writeFile(path.join(root, 'docker'), `#!/bin/sh\nshift\nPATH=\${PATH#*:} exec docker run ${flags} "$@"\n`);
  await chmod(path.join(root, 'docker'), 0o755);
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    const options = { cwd: directory, env: { ...environment, PATH: `${root}:${PATH}` } };
    execFile('sh', ['-ec', commands], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, text: stdout + stderr, directory });
    });
  });
}
