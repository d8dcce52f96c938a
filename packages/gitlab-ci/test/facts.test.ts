import { describe, expect, it } from 'vitest';
import { readFacts } from '../src/facts.ts';

/** A pipeline of a branch, as GitLab describes it. */
function branch(name: string, isProtected: boolean) {
  return {
    CI_PIPELINE_SOURCE: 'push',
    CI_COMMIT_BRANCH: name,
    CI_COMMIT_REF_NAME: name,
    CI_COMMIT_REF_PROTECTED: String(isProtected),
    CI_DEFAULT_BRANCH: 'main',
  };
}

const TAG = {
  CI_PIPELINE_SOURCE: 'push',
  CI_COMMIT_TAG: 'v1.2',
  CI_COMMIT_REF_NAME: 'v1.2',
  CI_COMMIT_REF_PROTECTED: 'true',
  CI_DEFAULT_BRANCH: 'main',
};

const MERGE_REQUEST = {
  CI_PIPELINE_SOURCE: 'merge_request_event',
  CI_MERGE_REQUEST_ID: '1007',
  CI_MERGE_REQUEST_IID: '7',
  CI_MERGE_REQUEST_REF_PATH: 'refs/merge-requests/7/head',
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'release',
  CI_COMMIT_REF_NAME: 'feature',
  CI_COMMIT_REF_PROTECTED: 'false',
  CI_DEFAULT_BRANCH: 'main',
};

describe('trust', () => {
  it.each([
    ['push', 'true', 'trusted'],
    ['push', 'false', 'unprotected'],
    ['push', '', 'untrusted'],
    ['push', 'yes', 'untrusted'],
    ['web', 'true', 'trusted'],
    ['webide', 'false', 'unprotected'],
    ['api', 'true', 'trusted'],
    ['trigger', 'false', 'unprotected'],
    ['pipeline', 'true', 'trusted'],
    ['parent_pipeline', 'true', 'trusted'],
    ['parent_pipeline', 'false', 'unprotected'],
    ['schedule', 'true', 'trusted'],
    ['chat', 'false', 'unprotected'],
    ['security_orchestration_policy', 'true', 'trusted'],
    ['merge_request_event', 'true', 'untrusted'],
    ['merge_request_event', 'false', 'untrusted'],
    ['external_pull_request_event', 'true', 'untrusted'],
    ['external', 'true', 'untrusted'],
    ['ondemand_dast_scan', 'true', 'untrusted'],
    ['something_new', 'true', 'untrusted'],
    ['PUSH', 'true', 'untrusted'],
    ['', 'true', 'untrusted'],
  ])('of a pipeline by %s, ref protected "%s": %s', (source, isProtected, trust) => {
    const environment = { ...branch('main', true), CI_PIPELINE_SOURCE: source, CI_COMMIT_REF_PROTECTED: isProtected };
    expect(readFacts(environment).trust).toBe(trust);
  });

  it.each(['CI_MERGE_REQUEST_IID', 'CI_MERGE_REQUEST_ID', 'CI_EXTERNAL_PULL_REQUEST_IID'])(
    'is none in a child pipeline that has %s from its parent',
    (variable) => {
      const child = { ...branch('main', true), CI_PIPELINE_SOURCE: 'parent_pipeline', [variable]: '7' };
      expect(readFacts(child)).toMatchObject({ trust: 'untrusted', isDefaultBranch: false });
    },
  );

  it('is none without any variable', () => {
    expect(readFacts({})).toEqual({ trust: 'untrusted', isDefaultBranch: false });
  });
});

describe('the ref', () => {
  it.each([
    ['a protected branch', branch('main', true), { ref: 'refs/heads/main', defaultBranch: 'main', trust: 'trusted' }],
    [
      'an unprotected branch',
      branch('team/feature', false),
      { ref: 'refs/heads/team/feature', defaultBranch: 'main', trust: 'unprotected' },
    ],
    ['a tag', TAG, { ref: 'refs/tags/v1.2', defaultBranch: 'main', trust: 'trusted' }],
    [
      'a schedule',
      { ...branch('main', true), CI_PIPELINE_SOURCE: 'schedule' },
      { ref: 'refs/heads/main', defaultBranch: 'main', trust: 'trusted', scheduled: true },
    ],
    [
      'a merge request',
      MERGE_REQUEST,
      {
        ref: 'refs/merge-requests/7/head',
        baseRef: 'refs/heads/release',
        defaultBranch: 'main',
        trust: 'untrusted',
        isDefaultBranch: false,
      },
    ],
    [
      'a merge request without its path',
      { ...MERGE_REQUEST, CI_MERGE_REQUEST_REF_PATH: '', CI_DEFAULT_BRANCH: '' },
      {
        ref: 'refs/merge-requests/7/head',
        baseRef: 'refs/heads/release',
        trust: 'untrusted',
        isDefaultBranch: false,
      },
    ],
    [
      'an external pull request',
      {
        CI_PIPELINE_SOURCE: 'external_pull_request_event',
        CI_EXTERNAL_PULL_REQUEST_IID: '8',
        CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME: 'main',
        CI_COMMIT_REF_NAME: 'feature',
        CI_COMMIT_REF_PROTECTED: 'false',
      },
      { ref: 'refs/pull/8/head', baseRef: 'refs/heads/main', trust: 'untrusted', isDefaultBranch: false },
    ],
  ])('of %s', (_, environment, facts) => {
    expect(readFacts(environment)).toEqual(facts);
  });

  it.each(['merge', 'train'])('of a merge request is the one that is built, in refs/merge-requests/7/%s', (kind) => {
    const ref = `refs/merge-requests/7/${kind}`;
    expect(readFacts({ ...MERGE_REQUEST, CI_MERGE_REQUEST_REF_PATH: ref }).ref).toBe(ref);
  });
});

it.each([
  ['2026-11-21T10:00:00+02:00', Date.UTC(2026, 10, 21, 8) / 1000],
  ['2026-11-21T10:00:00.999Z', Date.UTC(2026, 10, 21, 10) / 1000],
  ['yesterday', undefined],
  ['', undefined],
])('the time of the commit, written %s', (text, seconds) => {
  expect(readFacts({ ...TAG, CI_COMMIT_TIMESTAMP: text }).commitTime).toBe(seconds);
});

it('the commit and where it is from, without the token that the job clones with', () => {
  const environment = {
    CI_COMMIT_SHA: 'abc',
    CI_PROJECT_URL: 'https://gitlab.example/group/shop',
    CI_REPOSITORY_URL: 'https://gitlab-ci-token:secret@gitlab.example/group/shop.git',
  };
  const repository = 'https://gitlab.example/group/shop.git';
  expect(readFacts({ ...TAG, ...environment })).toMatchObject({ sha: 'abc', repository });
});
