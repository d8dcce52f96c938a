import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../../bench/command.ts';
import { checkOut } from './checkout.ts';
import type { CiJob } from './job.ts';

export interface CiOutcome {
  /** Of the first step that failed, else 0. */
  readonly status: number;
  /** What was printed. */
  readonly text: string;
  /** A file below the working directory, as text. */
  read(file: string): Promise<string>;
  /** Who owns a file below the working directory. */
  owner(file: string): Promise<number>;
  remove(): Promise<void>;
}

/**
 * Runs a job in a container of its own with Docker's default rights, in this machine's network.
 *
 * @param app the folder that is checked out
 * @param hosts addresses by their names
 */
export async function runJob(job: CiJob, app: string, hosts: Readonly<Record<string, string>>): Promise<CiOutcome> {
  const root = await mkdtemp(path.join(tmpdir(), 'e2e-ci-'));
  const { directory, volume } = job.checkout;
  await checkOut(app, root, job.checkout);
  const names = Object.entries(hosts).map(([name, address]) => `--add-host=${name}:${address}`);
  const mounts = volume === undefined ? [] : [`--volume=${root}:${volume}`];
  const flags = ['--detach', '--tty', '--network=host', ...names, ...mounts, ...job.flags];
  const id = (await command('docker', ['run', ...flags, job.image, ...job.holder])).trim();
  const remove = async () => {
    await command('docker', ['rm', '--force', '--volumes', id]);
    await rm(root, { recursive: true });
  };
  try {
    if (volume === undefined) {
      await command('docker', ['exec', id, 'mkdir', '-p', directory]);
      await command('docker', ['cp', '--archive', `${root}/.`, `${id}:${directory}`]);
    }
    return { ...(await runSteps(job, id)), ...lookInto(job, id), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function lookInto(job: CiJob, id: string): Pick<CiOutcome, 'read' | 'owner'> {
  const place = `--workdir=${workingDirectoryOf(job)}`;
  const inside = (argv: readonly string[]) => command('docker', ['exec', place, id, ...argv]);
  return {
    read: (file) => inside(['cat', file]),
    owner: async (file) => Number(await inside(['stat', '-c', '%u', file])),
  };
}

async function runSteps(job: CiJob, id: string): Promise<Pick<CiOutcome, 'status' | 'text'>> {
  let status = 0;
  let text = '';
  for (const { argv, always = false } of job.steps) {
    if (status !== 0 && !always) continue;
    const outcome = await runStep(job, id, argv);
    text += outcome.text;
    status ||= outcome.status;
  }
  return { status, text };
}

/** Values go through the environment of docker's client: they may have several lines. */
async function runStep(job: CiJob, id: string, argv: readonly string[]): Promise<{ status: number; text: string }> {
  const names = Object.keys(job.environment).map((name) => `--env=${name}`);
  const args = ['exec', `--workdir=${workingDirectoryOf(job)}`, ...names, id, ...argv];
  const { PATH } = process.env;
  return new Promise((resolve) => {
    execFile('docker', args, { env: { PATH, ...job.environment } }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, text: stdout + stderr });
    });
  });
}

function workingDirectoryOf({ workingDirectory, checkout }: CiJob): string {
  return workingDirectory ?? checkout.directory;
}
