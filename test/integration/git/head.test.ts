import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type GitHead, readGitHead } from '../../../packages/core/src/git/index.ts';
import { requiresRoot } from '../../support/requires.ts';
import { CHECKOUTS, tag } from './checkouts.ts';
import { commit, git, repository } from './repository.ts';

/** The same facts from Git's own programs. */
function askGit(directory: string): GitHead {
  const symbolic = (ref: string) => git(directory, 'for-each-ref', '--format=%(symref:lstrip=3)', ref);
  const branch = git(directory, 'branch', '--show-current');
  const defaultBranch = symbolic('refs/remotes/origin/HEAD');
  const head = git(directory, 'rev-parse', 'HEAD');
  return {
    commit: head,
    commitTime: Number(git(directory, 'log', '-1', '--format=%ct')),
    // Not by "tag --points-at", which looks behind one tag and not behind a tag of it.
    tags: git(directory, 'tag')
      .split('\n')
      .filter((name) => name !== '' && git(directory, 'rev-parse', `refs/tags/${name}^{}`) === head),
    ...(branch !== '' && { branch }),
    ...(defaultBranch !== '' && { defaultBranch }),
  };
}

/** With tags in no order. */
function read(directory: string): ReturnType<typeof readGitHead> {
  const head = readGitHead(directory);
  return 'unreadable' in head ? head : { ...head, tags: head.tags.toSorted() };
}

const TAGS = ['annotated', 'group/v1.2.3', 'light', 'nested'];

describe('what is checked out is what Git says', () => {
  test.each(CHECKOUTS)('%s', async (_, shape) => {
    const source = await repository();
    tag(source);
    const directory = await shape(source);
    expect(read(directory)).toEqual(askGit(directory));
  });

  test('tags of all kinds', async () => {
    const directory = await repository();
    tag(directory);
    expect(read(directory)).toMatchObject({ branch: 'main', tags: TAGS });
  });

  test('with hashes of SHA-256', async () => {
    const directory = await repository('--object-format=sha256');
    tag(directory);
    git(directory, 'gc', '--quiet');
    expect(read(directory)).toEqual(askGit(directory));
  });

  test('where a pack has commits as differences', async () => {
    const directory = await repository();
    git(directory, 'repack', '-adfq', '--depth=10');
    const [index = ''] = readdirSync(path.join(directory, '.git/objects/pack')).filter((name) => name.endsWith('.idx'));
    const listed = git(directory, 'verify-pack', '-v', `.git/objects/pack/${index}`).split('\n');
    // Those have the depth and the base behind type, sizes and place.
    const different = listed
      .map((line) => line.split(/\s+/))
      .filter(([, type, ...rest]) => type === 'commit' && rest.length === 5);
    expect(different).not.toEqual([]);
    git(directory, 'checkout', '--quiet', different[0]?.[0] ?? '');
    expect(read(directory)).toEqual(askGit(directory));
  });
});

requiresRoot('a checkout of another user', () => {
  test('is read, though Git itself refuses it', async () => {
    const directory = await repository();
    execFileSync('chown', ['-R', '4321:4321', directory]);
    expect(() => execFileSync('git', ['-C', directory, 'log'], { stdio: 'pipe' })).toThrow('dubious ownership');
    expect(read(directory)).toEqual(askGit(directory));
  });
});

describe('a checkout that wants to do harm', () => {
  test('runs nothing that its configuration names', async () => {
    const directory = await repository();
    const expected = askGit(directory);
    const marker = path.join(directory, 'was-run');
    const run = `touch ${marker}`;
    const settings = ['core.fsmonitor', 'core.sshCommand', 'core.pager', 'gpg.program', 'diff.external', 'alias.log'];
    for (const name of settings) git(directory, 'config', name, name.startsWith('alias') ? `!${run}` : run);
    appendFileSync(path.join(directory, '.git/config'), '[include]\n\tpath = /dev/stdin\n[core]\n\tworktree = /\n');
    expect(read(directory)).toEqual(expected);
    expect(existsSync(marker)).toBe(false);
  });

  test.each(['HEAD', 'packed-refs', 'refs/heads/main', 'refs/tags/pipe', 'objects/info/alternates'])(
    'does not keep us waiting at a pipe for %s',
    async (name) => {
      const directory = await repository();
      const file = path.join(directory, '.git', name);
      rmSync(file, { force: true });
      execFileSync('mkfifo', [file]);
      expect(read(directory)).toEqual(expect.anything());
    },
  );

  test('does not lead a branch out of it', async () => {
    const directory = await repository();
    writeFileSync(path.join(directory, '.git/HEAD'), 'ref: refs/../../../../../../etc/hostname\n');
    expect(read(directory)).toEqual({ unreadable: expect.stringContaining('nothing is committed') as string });
  });
});

describe('nothing is known, with the reason,', () => {
  test.each<readonly [string, (directory: string) => void, string]>([
    [
      'outside of a repository',
      (directory) => {
        rmSync(path.join(directory, '.git'), { recursive: true });
      },
      'is in no Git repository',
    ],
    [
      'before the first commit',
      (directory) => {
        git(directory, 'checkout', '--quiet', '--orphan', 'new');
      },
      'nothing is committed',
    ],
    [
      'where the commit is missing',
      (directory) => {
        rmSync(path.join(directory, '.git/objects'), { recursive: true });
        mkdirSync(path.join(directory, '.git/objects'));
      },
      'it lacks the commit',
    ],
    [
      'where a pack is cut off',
      (directory) => {
        cutPacks(directory);
      },
      'can not be read',
    ],
  ])('%s', async (_, change, why) => {
    const directory = await repository();
    change(directory);
    expect(read(directory)).toEqual({ unreadable: expect.stringContaining(why) as string });
  });
});

function cutPacks(directory: string): void {
  commit(directory, 'the last one');
  git(directory, 'gc', '--quiet');
  const folder = path.join(directory, '.git/objects/pack');
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.pack'))) {
    execFileSync('chmod', ['u+w', path.join(folder, name)]);
    truncateSync(path.join(folder, name), 40);
  }
}
