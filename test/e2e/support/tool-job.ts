import { execFile } from 'node:child_process';
import { command } from '../../bench/command.ts';
import { loadToolImage } from '../../bench/tool-image.ts';

export interface JobOutcome {
  readonly status: number | null;
  /** Both streams. */
  readonly output: string;
}

/** A CI's job: a container of the tool image in which one script runs after the other, as root. */
export interface ToolJob {
  /** Runs a script of the image's shell; `parameters` are `$1`, `$2`, …. */
  sh(script: string, ...parameters: readonly string[]): Promise<JobOutcome>;
  stop(): Promise<void>;
}

/** @param options of `docker run` */
export async function startToolJob(options: readonly string[] = []): Promise<ToolJob> {
  const image = await loadToolImage();
  const args = ['run', '--detach', '--network', 'host', ...options, image, 'sleep', '1000000'];
  const id = (await command('docker', args)).trim();
  return {
    sh: (script, ...parameters) => exec(['exec', id, '/opt/buildpacks-ci/bin/sh', '-c', script, 'sh', ...parameters]),
    stop: async () => {
      await command('docker', ['rm', '--force', id]);
    },
  };
}

function exec(args: readonly string[]): Promise<JobOutcome> {
  return new Promise((resolve) => {
    execFile('docker', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ status, output: `${stdout}${stderr}` });
    });
  });
}
