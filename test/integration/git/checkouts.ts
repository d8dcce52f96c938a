import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { git } from './repository.ts';

/** Tags of all kinds, at the commit that is checked out and elsewhere. */
export function tag(directory: string): void {
  git(directory, 'tag', 'light');
  git(directory, 'tag', 'group/v1.2.3');
  git(directory, 'tag', '--annotate', '--message=annotated', 'annotated');
  git(directory, 'tag', '--annotate', '--message=of a tag', 'nested', 'annotated');
  git(directory, 'tag', 'old', 'HEAD~1');
  git(directory, 'tag', '--annotate', '--message=old', 'old-annotated', 'HEAD~1');
  git(directory, 'tag', 'of-a-tree', 'HEAD^{tree}');
}

type Shape = (source: string) => string | Promise<string>;

/** Ways in which a checkout comes about; each gives the directory to ask about. */
export const CHECKOUTS: readonly (readonly [string, Shape])[] = [
  ['files of their own', (source) => source],
  ['a directory below', (source) => below(source)],
  ['packed refs', (source) => after(source, 'pack-refs', '--all')],
  ['packed objects', (source) => after(source, 'gc', '--quiet')],
  [
    'packed objects that name bases by id',
    (source) => {
      git(source, 'config', 'repack.useDeltaBaseOffset', 'false');
      return after(source, 'repack', '-adfq');
    },
  ],
  [
    'a tag that moved after it was packed',
    (source) => {
      git(source, 'pack-refs', '--all');
      return after(source, 'tag', '--force', 'light', 'HEAD~1');
    },
  ],
  [
    'refs that were packed before tags were peeled',
    (source) => {
      git(source, 'pack-refs', '--all');
      const file = path.join(source, '.git/packed-refs');
      execFileSync('sed', ['-i', '/^[#^]/d', file]);
      return source;
    },
  ],
  ['a detached HEAD', (source) => after(source, 'checkout', '--quiet', '--detach')],
  [
    'an older commit, detached',
    (source) => {
      git(source, 'gc', '--quiet');
      return after(source, 'checkout', '--quiet', 'HEAD~2');
    },
  ],
  ['a branch with slashes', (source) => after(source, 'checkout', '--quiet', '-b', 'my/branch')],
  ['a clone', (source) => clone(source)],
  ['a shallow clone', (source) => clone(source, '--depth=1')],
  ['a shallow clone of a tag', (source) => clone(source, '--depth=1', '--branch=annotated')],
  ['a clone that borrows objects', (source) => clone(source, '--shared')],
  [
    'a clone without blobs',
    (source) => {
      git(source, 'config', 'uploadpack.allowFilter', 'true');
      return clone(source, '--filter=blob:none', '--no-checkout');
    },
  ],
  [
    'what Tekton’s git-clone makes',
    async (source) => {
      const directory = await emptyRepository();
      git(directory, 'fetch', '--quiet', '--depth=1', `file://${source}`, 'refs/heads/main');
      return after(directory, 'checkout', '--quiet', '--force', 'FETCH_HEAD');
    },
  ],
  [
    'a worktree',
    (source) => {
      git(source, 'worktree', 'add', '--quiet', '-b', 'side', '../side');
      return path.join(source, '../side');
    },
  ],
  [
    'a submodule',
    async (source) => {
      const directory = await emptyRepository();
      git(directory, 'submodule', '--quiet', 'add', `file://${source}`, 'parts/app');
      return path.join(directory, 'parts/app');
    },
  ],
];

function after(directory: string, ...args: readonly string[]): string {
  git(directory, ...args);
  return directory;
}

function below(source: string): string {
  const directory = path.join(source, 'services/app');
  mkdirSync(directory, { recursive: true });
  return directory;
}

async function clone(source: string, ...options: readonly string[]): Promise<string> {
  const directory = await temporaryDirectory();
  git(directory, 'clone', '--quiet', ...options, `file://${source}`, 'clone');
  return path.join(directory, 'clone');
}

async function emptyRepository(): Promise<string> {
  const directory = await temporaryDirectory();
  git(directory, 'init', '--quiet', '--initial-branch=other');
  return directory;
}
