import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RawInputs } from '../../src/inputs/index.ts';
import { COMMIT_TIME, type TinyRepository, writeTinyRepository } from '../git/tiny-repository.ts';
import { makeTree, messagesOf, parse } from './support.ts';

const MAIN: TinyRepository = { branch: 'main', defaultBranch: 'main' };
const SEMVER = 'type=semver,pattern={{version}}';
const BRANCH = 'type=ref,event=branch';
const TAG = 'type=ref,event=tag';
const DEFAULT = 'type=raw,value=latest,enable={{is_default_branch}}';

function checkout(repository: TinyRepository): string {
  const directory = makeTree();
  writeTinyRepository(directory, repository);
  return directory;
}

const inCheckout = (workingDirectory: string) => ({ workingDirectory, facts: 'checkout' }) as const;

function tagsOf(raw: RawInputs, workingDirectory: string): readonly string[] {
  return parse(raw, inCheckout(workingDirectory)).destinations.map(({ tag }) => tag);
}

describe('where no CI tells what a run is of, rules go by what is checked out', () => {
  test.each<readonly [string, TinyRepository, readonly string[], readonly string[]]>([
    ['a branch', MAIN, [SEMVER, BRANCH, DEFAULT], ['main', 'latest']],
    ['another branch', { ...MAIN, branch: 'my/branch' }, [BRANCH, DEFAULT], ['my-branch']],
    ['the edge', MAIN, ['type=edge', 'type=edge,branch=next'], ['edge']],
    ['a tag on a branch', { ...MAIN, tags: ['v1.2.3'] }, [SEMVER, BRANCH, TAG], ['1.2.3', 'main', 'v1.2.3']],
    ['a tag', { tags: ['v1.2.3'] }, [SEMVER, BRANCH, DEFAULT], ['1.2.3']],
    ['a release beside its prerelease', { tags: ['v2.0.0-rc.1', 'v2.0.0'] }, [SEMVER, TAG], ['2.0.0', 'v2.0.0']],
    ['a prerelease', { tags: ['v2.0.0-rc.1'] }, ['type=semver,pattern={{major}}'], ['2.0.0-rc.1']],
    ['a tag that is no version', { tags: ['nightly', 'v1.0.0'] }, [SEMVER], ['1.0.0']],
    [
      'tags of the parts of a repository',
      { tags: ['api/v1.9.0', 'api/v1.10.0', 'web/v3.0.0'] },
      ['type=match,pattern=api/v(.*),group=1', 'type=semver,pattern={{major}}.{{minor}},match=api/v(.*)'],
      ['1.10', '1.10.0'],
    ],
    [
      'a version that is only a part of a tag',
      { tags: ['api/v1.2.3', 'v9.0.0'] },
      ['type=semver,pattern=v{{major}},match=^api/(.*)$'],
      ['v1'],
    ],
    ['a version of one’s own', { tags: ['v1.2.3'] }, ['type=semver,pattern={{version}},value=v7.0.0'], ['7.0.0']],
    ['the time of the commit', { tags: ['v1'] }, ["type=raw,value={{commit_date 'X'}}-{{tag}}"], [`${COMMIT_TIME}-v1`]],
    [
      'one brace',
      { ...MAIN, tags: ['v1.2.3'] },
      ["type=semver,pattern={major}.{minor}-{date 'YYYY'},enable={is_default_branch}"],
      ['1.2-2026'],
    ],
  ])('%s', (_, repository, rules, expected) => {
    expect(tagsOf({ tags: rules }, checkout(repository))).toEqual(expected);
  });

  test('the commit', () => {
    const directory = makeTree();
    const commit = writeTinyRepository(directory, MAIN);
    expect(tagsOf({ tags: ['type=sha', 'type=sha,format=long,prefix='] }, directory)).toEqual([
      `sha-${commit.slice(0, 7)}`,
      commit,
    ]);
  });

  test('of the repository that the app is in, not of the working directory', () => {
    const directory = checkout({ branch: 'outer' });
    mkdirSync(path.join(directory, 'parts/app'), { recursive: true });
    writeTinyRepository(path.join(directory, 'parts'), { branch: 'inner' });
    expect(tagsOf({ tags: BRANCH, path: 'parts/app' }, directory)).toEqual(['inner']);
  });

  test('and the tag without rules does not', () => {
    expect(tagsOf({}, checkout({ branch: 'next', tags: ['v1'] }))).toEqual(['latest']);
  });

  test('the cache of all branches stays one', () => {
    const { cache } = parse({ tags: BRANCH }, inCheckout(checkout({ branch: 'next' })));
    expect(cache.scopes.own).toBe('default');
  });

  test.each([
    ['a detached HEAD', {}, [BRANCH, 'type=sha'], 1],
    ['a detached HEAD of which nobody asks a branch', {}, ['type=sha'], 0],
    ['a tag', { tags: ['v1'] }, [DEFAULT, TAG], 0],
    ['a branch', MAIN, [BRANCH], 0],
  ])('a branch that may be missing is worth a notice: %s', (_, repository, tags, count) => {
    const { notices } = parse({ tags }, inCheckout(checkout(repository)));
    expect(notices.filter((notice) => notice.includes('source-ref'))).toHaveLength(count);
  });
});

describe('source-ref', () => {
  test.each<readonly [string, TinyRepository, string]>([
    ['refs/heads/main', MAIN, 'latest'],
    ['main', MAIN, 'latest'],
    ['main', {}, 'latest'],
    ['trunk', { defaultBranch: 'trunk' }, 'latest'],
    ['main', { defaultBranch: 'trunk' }, 'main'],
    ['refs/heads/my/branch', MAIN, 'my-branch'],
    ['my/branch', MAIN, 'my-branch'],
    ['refs/tags/v1.2.3', MAIN, 'v1.2.3'],
    ['refs/pull/7/head', MAIN, 'pr-7'],
    ['refs/merge-requests/7/head', MAIN, 'pr-7'],
  ])('%s makes the tag without rules', (ref, repository, expected) => {
    expect(tagsOf({ 'source-ref': ref }, checkout(repository))).toEqual([expected]);
  });

  test.each<readonly [string, TinyRepository, readonly string[]]>([
    ['refs/tags/v1.2.3', MAIN, ['1.2.3']],
    ['v1.2.3', { tags: ['v1.2.3'] }, ['1.2.3']],
    ['next', { tags: ['v1.2.3'] }, ['next']],
    ['refs/heads/next', { branch: 'main', tags: ['v1.2.3'] }, ['next']],
    // Nobody takes a branch's name from it by a tag.
    ['main', { tags: ['main'] }, ['main', 'latest']],
    ['next', { branch: 'next', tags: ['next'] }, ['next']],
  ])('%s is what rules go by', (ref, repository, expected) => {
    expect(tagsOf({ 'source-ref': ref, tags: [SEMVER, BRANCH, DEFAULT] }, checkout(repository))).toEqual(expected);
  });

  test('needs no Git', () => {
    expect(tagsOf({ 'source-ref': 'refs/tags/v1.2.3', tags: SEMVER }, makeTree())).toEqual(['1.2.3']);
  });

  test('gives a branch a cache of its own, which begins with that of the default branch', () => {
    const { cache } = parse({ 'source-ref': 'refs/heads/next' }, inCheckout(checkout(MAIN)));
    expect(cache.scopes).toEqual({ own: 'branch next', read: ['branch next', 'default'] });
  });

  test('never changes trust', () => {
    const { trust } = parse({ 'source-ref': 'refs/pull/7/head' }, inCheckout(checkout(MAIN)));
    expect(trust.level).toBe('trusted');
  });

  test('of the default branch is not believed in an untrusted run', () => {
    const raw = { 'source-ref': 'main', trust: 'untrusted', publish: 'true' };
    expect(tagsOf(raw, checkout(MAIN))).toEqual(['main']);
  });

  test('goes with the default branch that is given', () => {
    const raw = { 'source-ref': 'trunk', 'default-branch': 'trunk' };
    expect(tagsOf(raw, checkout(MAIN))).toEqual(['latest']);
  });

  test.each([
    ['a'.repeat(40), 'is a commit, and no branch or tag'],
    ['refs/heads/', 'is no name of a branch or tag'],
    ['my branch', 'is no name of a branch or tag'],
    ['a..b', 'is no name of a branch or tag'],
  ])('%s is refused', (ref, why) => {
    expect(messagesOf({ 'source-ref': ref }, inCheckout(checkout(MAIN)))).toEqual([`source-ref: "${ref}" ${why}`]);
  });

  test.each(['source-ref', 'default-branch'])('%s is refused where a CI tells what the run is of', (name) => {
    expect(messagesOf({ [name]: 'main' })).toEqual([`${name}: here the CI tells it`]);
  });
});

describe('without Git', () => {
  const asked = (tags: string) => messagesOf({ tags }, inCheckout(makeTree()));

  test.each([
    [SEMVER, 'a branch or a Git tag'],
    ['type=match,pattern=v(.*)', 'a branch or a Git tag'],
    [BRANCH, 'a branch or a Git tag'],
    ['type=edge', 'a branch or a Git tag'],
    [DEFAULT, 'a branch or a Git tag'],
    ['type=raw,value=x,prefix={branch}-', 'a branch or a Git tag'],
    ['type=sha', 'a commit'],
    ["type=raw,value={{commit_date 'X'}}", 'a commit'],
  ])('%s is an error that names it', (rule, what) => {
    expect(asked(rule)).toEqual([
      expect.stringMatching(new RegExp(`^tags: the rule ".*" needs ${what}, and ".*" is in no Git repository`)),
    ]);
  });

  test.each([
    ['type=raw,value=1.2', '1.2'],
    ['type=semver,pattern={{major}},value=v3.2.1', '3'],
    ["type=raw,value={{date 'YYYYMMDD'}}", '20261121'],
    ['1.2', '1.2'],
    ['type=sha,enable=false\nspare', 'spare'],
  ])('%s does', (tags, expected) => {
    expect(tagsOf({ tags }, makeTree())).toEqual([expected]);
  });
});
