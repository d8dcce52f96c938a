import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanGitDirectory, withoutCredentials } from '../../src/build/prepare/git-directory.ts';

const CANARY = 'c4n4ry';

describe('a Git configuration', () => {
  it('keeps what says where the code is from', () => {
    const config =
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://git.example/a.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n';
    expect(withoutCredentials(config)).toBe(config.replace(/$/, ''));
  });

  const secrets = [
    ['a password in a URL', `[remote "origin"]\n url = https://user:${CANARY}@git.example/a.git`],
    ['a token without a user', `[remote "origin"]\n url = https://${CANARY}@git.example/a.git`],
    [
      'the header that checkout actions write',
      `[http "https://git.example/"]\n extraheader = AUTHORIZATION: basic ${CANARY}`,
    ],
    ['a credential helper', `[credential]\n helper = !echo ${CANARY}`],
    ['a push URL', `[remote "origin"]\n pushurl = https://${CANARY}@git.example/a.git`],
    ['a rewritten URL', `[url "https://${CANARY}@git.example/"]\n insteadOf = https://git.example/`],
    ['a line that goes on', `[http]\n extraheader = AUTHORIZATION: \\\n${CANARY}`],
    ['upper-case names', `[HTTP]\n EXTRAHEADER = ${CANARY}`],
    ['a command', `[core]\n sshCommand = ssh -i ${CANARY}`],
    ['an include', `[include]\n path = ${CANARY}`],
    ['a key on the line of its section', `[http] extraheader = ${CANARY}`],
  ] as const;
  it.each(secrets)('loses %s', (_, config) => {
    expect(withoutCredentials(config)).not.toContain(CANARY);
  });
});

it('a .git directory loses credentials in submodules too', async () => {
  const git = await mkdtemp(path.join(tmpdir(), 'git-'));
  onTestFinished(() => rm(git, { recursive: true, force: true }));
  const files = ['config', 'modules/a/b/config', 'worktrees/w/config.worktree'];
  for (const file of files) {
    await mkdir(path.dirname(path.join(git, file)), { recursive: true });
    await writeFile(path.join(git, file), `[http]\n\textraheader = ${CANARY}\n`);
  }
  await cleanGitDirectory(git);
  const texts = await Promise.all(files.map((file) => readFile(path.join(git, file), 'utf8')));
  expect(texts.join('')).not.toContain(CANARY);
});
