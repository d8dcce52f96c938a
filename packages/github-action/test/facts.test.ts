import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readFacts } from '../src/facts.ts';

async function payloadFile(payload: unknown): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'facts-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'event.json');
  await writeFile(file, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return file;
}

describe('trust by event', () => {
  it.each([
    ['push', 'trusted'],
    ['schedule', 'trusted'],
    ['workflow_dispatch', 'trusted'],
    ['repository_dispatch', 'trusted'],
    ['release', 'trusted'],
    ['pull_request', 'untrusted'],
    ['merge_group', 'untrusted'],
    ['pull_request_target', 'untrusted'],
    ['pull_request_review', 'untrusted'],
    ['pull_request_review_comment', 'untrusted'],
    ['issue_comment', 'untrusted'],
    ['issues', 'untrusted'],
    ['workflow_run', 'untrusted'],
    ['discussion', 'untrusted'],
    ['fork', 'untrusted'],
    ['watch', 'untrusted'],
    ['something_new', 'untrusted'],
    ['PUSH', 'untrusted'],
    ['', 'untrusted'],
  ])('%s is %s', async (event, trust) => {
    expect((await readFacts({ GITHUB_EVENT_NAME: event })).trust).toBe(trust);
  });

  it('is none without an event', async () => {
    expect((await readFacts({})).trust).toBe('untrusted');
  });
});

it('tells ref, base, commit and default branch', async () => {
  const facts = await readFacts({
    GITHUB_EVENT_NAME: 'push',
    GITHUB_REF: 'refs/heads/next',
    GITHUB_BASE_REF: '',
    GITHUB_SHA: 'abc',
    GITHUB_EVENT_PATH: await payloadFile({
      repository: { default_branch: 'main' },
      head_commit: { timestamp: '2026-11-21T10:00:00+02:00' },
    }),
  });
  expect(facts).toEqual({
    trust: 'trusted',
    ref: 'refs/heads/next',
    sha: 'abc',
    defaultBranch: 'main',
    commitTime: Date.UTC(2026, 10, 21, 8) / 1000,
  });
});

it.each([
  ['schedule', true],
  ['repository_dispatch', true],
  ['workflow_dispatch', undefined],
])('%s without a payload: is it the default branch? %s', async (event, expected) => {
  const facts = await readFacts({ GITHUB_EVENT_NAME: event, GITHUB_REF: 'refs/heads/main' });
  expect(facts.isDefaultBranch).toBe(expected);
});

describe('a pull request', () => {
  it('has its own ref and a base', async () => {
    const facts = await readFacts({
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_BASE_REF: 'release',
      GITHUB_EVENT_PATH: await payloadFile({ pull_request: { number: 7 } }),
    });
    expect(facts).toMatchObject({ ref: 'refs/pull/7/merge', baseRef: 'release', isDefaultBranch: false });
  });

  it.each([
    ['pull_request_target', { pull_request: { number: 7 } }],
    ['issue_comment', { issue: { number: 7, pull_request: {} } }],
    ['pull_request_review_comment', { pull_request: { number: 7 } }],
  ])('is what %s is about, though it runs on the default branch', async (event, payload) => {
    const facts = await readFacts({
      GITHUB_EVENT_NAME: event,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_EVENT_PATH: await payloadFile({ ...payload, repository: { default_branch: 'main' } }),
    });
    expect(facts).toMatchObject({ ref: 'refs/pull/7/merge', isDefaultBranch: false });
  });

  it('in a merge queue has a base too', async () => {
    const ref = 'refs/heads/gh-readonly-queue/main/pr-7-0123';
    const facts = await readFacts({
      GITHUB_EVENT_NAME: 'merge_group',
      GITHUB_REF: ref,
      GITHUB_BASE_REF: '',
      GITHUB_EVENT_PATH: await payloadFile({ merge_group: { head_ref: ref, base_ref: 'refs/heads/main' } }),
    });
    expect(facts).toMatchObject({ trust: 'untrusted', ref, baseRef: 'refs/heads/main', isDefaultBranch: false });
  });

  it('is not what a comment on an issue is about', async () => {
    const facts = await readFacts({
      GITHUB_EVENT_NAME: 'issue_comment',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_EVENT_PATH: await payloadFile({ issue: { number: 7 } }),
    });
    expect(facts).toMatchObject({ ref: 'refs/heads/main', isDefaultBranch: false });
  });
});

it.each([
  ['a file that is not there', undefined],
  ['text that is no JSON', '{'],
  ['JSON that is no object', '[]'],
  ['null', 'null'],
  ['wrong types', { repository: 7, pull_request: { number: 'x' }, head_commit: { timestamp: {} } }],
])('does without the payload: %s', async (_, payload) => {
  const file = payload === undefined ? '/no/such/file' : await payloadFile(payload);
  const facts = await readFacts({ GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/a', GITHUB_EVENT_PATH: file });
  expect(facts).toEqual({ trust: 'trusted', ref: 'refs/heads/a' });
});
