import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';

/** What a repository made by hand has checked out. */
export interface TinyRepository {
  /** Absent: a detached HEAD. */
  readonly branch?: string;
  /** Of this commit. */
  readonly tags?: readonly string[];
  /** What `origin/HEAD` names. */
  readonly defaultBranch?: string;
}

/** When its commit was made, seconds since 1970. */
export const COMMIT_TIME = 1_700_000_000;

/** Writes `.git` with one commit into a directory: enough for reading, without Git. Gives the commit's hash. */
export function writeTinyRepository(directory: string, { branch, tags = [], defaultBranch }: TinyRepository): string {
  const dotGit = path.join(directory, '.git');
  const write = (name: string, content: string | Uint8Array) => {
    mkdirSync(path.dirname(path.join(dotGit, name)), { recursive: true });
    writeFileSync(path.join(dotGit, name), content);
  };
  const who = `Ann <ann@example.test> ${COMMIT_TIME} +0100`;
  const content = `tree ${'0'.repeat(40)}\nauthor Ann <ann@example.test> 1 +0100\ncommitter ${who}\n\ncommitter <> 7 +0000\n`;
  const object = `commit ${content.length}\0${content}`;
  const commit = createHash('sha1').update(object).digest('hex');
  write(`objects/${commit.slice(0, 2)}/${commit.slice(2)}`, deflateSync(object));
  write('HEAD', branch === undefined ? `${commit}\n` : `ref: refs/heads/${branch}\n`);
  if (branch !== undefined) write(`refs/heads/${branch}`, `${commit}\n`);
  if (defaultBranch !== undefined) write('refs/remotes/origin/HEAD', `ref: refs/remotes/origin/${defaultBranch}\n`);
  for (const tag of tags) write(`refs/tags/${tag}`, `${commit}\n`);
  return commit;
}
