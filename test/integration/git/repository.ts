import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { GIT_ENVIRONMENT } from '../../bench/git.ts';

/** Runs Git itself, which is asked about any checkout whoever owns it. */
export function git(directory: string, ...args: readonly string[]): string {
  const trusted = ['-c', 'safe.directory=*', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', ['-C', directory, ...trusted, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...GIT_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

/** A repository on the branch `main`, with so many commits that a pack of them has differences. */
export async function repository(...options: readonly string[]): Promise<string> {
  const directory = path.join(await temporaryDirectory(), 'repository');
  mkdirSync(directory);
  git(directory, 'init', '--quiet', '--initial-branch=main', ...options);
  for (let number = 1; number <= COMMITS; number += 1) commit(directory, `${MESSAGE}\n${number}`);
  return directory;
}

/** A commit more. */
export function commit(directory: string, message: string): void {
  writeFileSync(path.join(directory, 'file'), message);
  git(directory, 'add', 'file');
  git(directory, 'commit', '--quiet', `--message=${message}`);
}

const COMMITS = 4;
/** What differences save something on. */
const MESSAGE = Array.from({ length: 40 }, (_, line) => `line ${line * 7919} of a message`).join('\n');
