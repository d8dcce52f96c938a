import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import type { GuideFile } from './guide.ts';

/** A machine on which a guide's commands are typed. */
export interface Machine {
  /** A folder with the program. */
  readonly programs: string;
  /** Starts a command that knows the machine's hosts and no others. */
  readonly launcher: readonly string[];
}

/** Mounts what it gets by twos, up to `--`, and becomes the command that follows. */
const BIND = 'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit; shift 2; done; shift; exec "$@"';

/** What a user of it types, and where. */
export interface Session {
  /** The working directory too. */
  readonly home: string;
  readonly commands: string;
  /** To be there when the commands run. */
  readonly files: readonly GuideFile[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * @param directory its own files go there
 * @param addresses those of all hosts that it knows
 * @param folders of this machine, by where that one has them. Needs root.
 */
export async function makeMachine(
  directory: string,
  addresses: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, string>> = {},
): Promise<Machine> {
  const hosts = path.join(directory, 'hosts');
  const programs = path.join(directory, 'bin');
  await mkdir(programs, { recursive: true });
  const lines = Object.entries(addresses).map(([name, address]) => `${address} ${name}\n`);
  await writeFile(hosts, lines.join(''));
  const script = `#!/bin/sh\nexec "${process.execPath}" "${inject('programs').commandLine}" "$@"\n`;
  await writeFile(path.join(programs, 'buildpacks-ci'), script, { mode: 0o755 });
  const mounts = Object.entries({ '/etc/hosts': hosts, ...folders }).flatMap(([target, source]) => [source, target]);
  const launcher = ['unshare', '--mount', 'sh', '-c', BIND, 'sh', ...mounts, '--'];
  return { programs, launcher };
}

/** The lines that were printed, and the exit status where it is not 0; the home is `/home/ci` in them. */
export async function runAt(
  { programs, launcher }: Machine,
  { home, commands, files, environment = {} }: Session,
): Promise<readonly string[]> {
  for (const { name, content } of files) {
    await mkdir(path.dirname(path.join(home, name)), { recursive: true });
    await writeFile(path.join(home, name), content);
  }
  const { PATH = '' } = process.env;
  const all = { PATH: `${programs}:${PATH}`, HOME: home, BUILDPACKS_CI_ENGINE: 'rootfs', ...environment };
  const [program, ...rest] = [...launcher, 'sh', '-c', commands];
  const child = spawn(program, rest, { cwd: home, env: all, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const lines = `${output.stdout}${output.stderr}`.replaceAll(home, '/home/ci').trimEnd().split('\n');
  return status === 0 ? lines : [...lines, `exit status ${status ?? ''}`];
}
