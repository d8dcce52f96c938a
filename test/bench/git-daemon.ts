import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './listen.ts';
import { accepts, end, hasEnded } from './server-process.ts';

/** A running git server, which everybody may read. */
export interface GitDaemon {
  /** `git://127.0.0.1:41234`; below it are the repositories by their paths in the folder. */
  readonly url: string;
  stop(): Promise<void>;
}

const START_TIMEOUT = 10_000;

/** Serves all repositories in a folder by git's own protocol, with git's own server. */
export async function startGitDaemon(directory: string): Promise<GitDaemon> {
  const port = await freePort('127.0.0.1');
  const place = ['--listen=127.0.0.1', `--port=${port}`, `--base-path=${directory}`];
  // Not by way of `git`, which would be left without its child when it is killed.
  const program = '/usr/lib/git-core/git-daemon';
  const child = spawn(program, ['--export-all', '--reuseaddr', ...place, directory], { stdio: 'ignore' });
  const stop = async () => end(child);
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await accepts(port))) {
    if (hasEnded(child) || Date.now() > deadline) {
      await stop();
      throw new Error('git daemon did not start');
    }
    await delay(20);
  }
  return { url: `git://127.0.0.1:${port}`, stop };
}
