import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@buildpacks-ci/core';
import { describe, expect, it } from 'vitest';
import { readBuildRequest } from '../src/request.ts';
import { temporaryDirectory } from './support/files.ts';
import { jobOf } from './support/job.ts';

const MERGE_REQUEST = {
  CI_PIPELINE_SOURCE: 'merge_request_event',
  CI_MERGE_REQUEST_IID: '7',
  CI_MERGE_REQUEST_REF_PATH: 'refs/merge-requests/7/head',
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
  CI_COMMIT_REF_PROTECTED: 'false',
};
const FEATURE = {
  CI_COMMIT_BRANCH: 'feature/Änderung',
  CI_COMMIT_REF_NAME: 'feature/Änderung',
  CI_COMMIT_REF_PROTECTED: 'false',
};

async function read(environment: Readonly<Record<string, string>> = {}) {
  return readBuildRequest(jobOf(environment, await temporaryDirectory()));
}

async function problemsOf(environment: Readonly<Record<string, string>>) {
  const error: unknown = await read(environment).catch((thrown: unknown) => thrown);
  return error instanceof InputError ? error.problems : [];
}

describe('by the kind of pipeline', () => {
  it.each([
    ['the default branch', {}, true, 'write', 'latest'],
    ['an unprotected branch', FEATURE, true, 'write', 'feature-nderung'],
    ['a tag', { CI_COMMIT_TAG: 'v1.2', CI_COMMIT_BRANCH: '' }, true, 'write', 'v1.2'],
    ['a merge request', MERGE_REQUEST, false, 'read', 'pr-7'],
    [
      'a merge request that is to be published',
      { ...MERGE_REQUEST, BUILDPACKS_CI_PUBLISH: 'true' },
      true,
      'read',
      'pr-7',
    ],
    ['an unknown source', { CI_PIPELINE_SOURCE: 'new' }, false, 'read', 'main'],
  ])('of %s', async (_, environment, publish, cacheMode, tag) => {
    const request = await read(environment);
    expect(request).toMatchObject({ publish, trust: { cacheMode }, destinations: [{ tag }] });
  });
});

it('takes no digests from a lock that a merge request brings', async () => {
  expect(await problemsOf({ ...MERGE_REQUEST, BUILDPACKS_CI_LOCKED: 'true' })).toMatchObject([
    { input: 'lock-file', message: expect.stringContaining('is in the checkout') as string },
  ]);
});

it('the creation time can be that of the commit, without asking Git', async () => {
  const commit = { BUILDPACKS_CI_CREATION_TIME: 'commit', CI_COMMIT_TIMESTAMP: '1970-01-01T00:01:00Z' };
  expect((await read(commit)).creationTime).toEqual({ kind: 'commit', seconds: 60 });
});

describe('variables for buildpacks', () => {
  it('take the job’s values by their names', async () => {
    const environment = { BUILDPACKS_CI_ENV: 'CI_COMMIT_SHA\nNPM_TOKEN', CI_COMMIT_SHA: 'abc', NPM_TOKEN: 'n' };
    expect((await read(environment)).environment).toEqual({ CI_COMMIT_SHA: 'abc', NPM_TOKEN: 'n' });
  });

  it.each(['CI_JOB_TOKEN', 'CI_REGISTRY_PASSWORD', 'CI_REPOSITORY_URL', 'BUILDPACKS_CI_REGISTRY_AUTH'])(
    'do not take %s by its name',
    async (name) => {
      const environment = { BUILDPACKS_CI_ENV: name, [name]: 'registry.example=user:password' };
      expect(await problemsOf(environment)).toMatchObject([{ input: 'env' }]);
    },
  );

  it('may have any value that is written out, with dollars', async () => {
    const environment = { BUILDPACKS_CI_ENV: 'A=$CI_JOB_TOKEN ${B}', CI_JOB_TOKEN: 'secret-token' };
    expect((await read(environment)).environment).toEqual({ A: '$CI_JOB_TOKEN ${B}' });
  });
});

describe('what holds logins', () => {
  it('is not reached by a link in the checkout, in a trusted run either', async () => {
    const docker = await temporaryDirectory();
    const project = await temporaryDirectory();
    await symlink(docker, path.join(project, 'link'));
    const environment = { DOCKER_CONFIG: docker, BUILDPACKS_CI_BINDINGS: 'a=link' };
    expect(() => readBuildRequest(jobOf(environment, project))).toThrow(`"link" leads to "${docker}"`);
  });

  it('may be in the project, where a script has put it', async () => {
    const project = await temporaryDirectory();
    const request = readBuildRequest(jobOf({ DOCKER_CONFIG: path.join(project, '.docker') }, project));
    expect(request.app).toEqual({ kind: 'directory', path: project });
  });
});

it('tells a project without a registry in one problem, beside all others', async () => {
  const problems = await problemsOf({
    CI_REGISTRY_IMAGE: '',
    BUILDPACKS_CI_ENGINE: 'vm',
    BUILDPACKS_CI_HAND_OVER_BINDINGS: 'maybe',
  });
  expect(problems.map(({ input }) => input).toSorted()).toEqual(['engine', 'hand-over-bindings', 'image']);
});

describe('credentials', () => {
  const LOGIN = { CI_REGISTRY: 'registry.example', CI_REGISTRY_USER: 'u', CI_REGISTRY_PASSWORD: 'p' };

  it('of the job come after those that were given', async () => {
    const { connection } = await read({ ...LOGIN, BUILDPACKS_CI_REGISTRY_AUTH: 'registry.example=mine:secret' });
    expect([...(connection.registryAuth?.auths.keys() ?? [])]).toEqual(['registry.example']);
    expect([...(connection.fallbackAuth?.auths.keys() ?? [])]).toContain('registry.example');
  });

  it('are none in a job that GitLab gave none', async () => {
    expect((await read()).connection.fallbackAuth).toBeUndefined();
  });
});

describe('offline', () => {
  it('leads to GitLab itself, which gives the tokens for its registry', async () => {
    const environment = { CI_SERVER_HOST: 'gitlab.corp', BUILDPACKS_CI_OFFLINE_HOSTS: 'storage.corp' };
    const closed = await read({ ...environment, BUILDPACKS_CI_OFFLINE: 'true' });
    expect(closed.connection.offline).toEqual({ hosts: ['storage.corp', 'gitlab.corp'] });
    expect((await read(environment)).connection).not.toHaveProperty('offline');
  });
});
