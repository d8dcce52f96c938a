import { statSync } from 'node:fs';
import path from 'node:path';
import { kindOf, readSmallFile } from '../files/file-kind.ts';

/** Where a checkout keeps what Git knows of it. */
export interface Repository {
  /** Has `HEAD`. */
  readonly directory: string;
  /** Has the branches, tags and objects: another folder in a worktree, which shares them. */
  readonly common: string;
}

/** Far more than a path or the name of a ref takes. */
const SMALL = 64 * 1024;

/**
 * The repository that a directory is in: its own `.git`, or that of a directory above it on the same file system, as Git looks for it. Also
 * through the file `.git` of a submodule or a worktree (gitrepository-layout(5)). Who owns it does not matter, since nothing that it
 * names is ever run.
 */
export function findRepository(directory: string): Repository | undefined {
  const device = deviceOf(directory);
  for (let at = directory; deviceOf(at) === device; at = path.dirname(at)) {
    const found = repositoryAt(path.join(at, '.git'));
    if (found !== undefined) return found;
    if (path.dirname(at) === at) break;
  }
  return undefined;
}

/** The text of a small file, without the line end; undefined when there is none. */
export function textOf(file: string): string | undefined {
  const bytes = readSmallFile(file, SMALL);
  return typeof bytes === 'string' ? undefined : Buffer.from(bytes).toString('utf8').trimEnd();
}

function repositoryAt(dotGit: string): Repository | undefined {
  const directory = kindOf(dotGit) === 'file' ? linkedDirectory(dotGit) : dotGit;
  if (directory === undefined || kindOf(path.join(directory, 'HEAD')) !== 'file') return undefined;
  const shared = textOf(path.join(directory, 'commondir'));
  const common = shared === undefined ? directory : path.resolve(directory, shared);
  return kindOf(path.join(common, 'objects')) === 'directory' ? { directory, common } : undefined;
}

function linkedDirectory(dotGit: string): string | undefined {
  const target = /^gitdir: (.+)$/.exec(textOf(dotGit) ?? '')?.[1];
  return target === undefined ? undefined : path.resolve(path.dirname(dotGit), target);
}

function deviceOf(directory: string): number | undefined {
  return statSync(directory, { throwIfNoEntry: false })?.dev;
}
