import { describe, expect, it } from 'vitest';
import { childEnvironment, isWithheld, secretsOf } from '../src/secrets.ts';

const TOKEN = 'glcbt-64_job-token-value';

describe('isWithheld', () => {
  it.each([
    'CI_JOB_TOKEN',
    'CI_REGISTRY_PASSWORD',
    'CI_DEPENDENCY_PROXY_PASSWORD',
    'CI_DEPLOY_PASSWORD',
    'CI_JOB_JWT',
    'CI_JOB_JWT_V2',
    'CI_REPOSITORY_URL',
    'CI_RUNNER_SHORT_TOKEN',
    'BUILDPACKS_CI_REGISTRY_AUTH',
    'BUILDPACKS_CI_ENV',
  ])('%s', (name) => {
    expect(isWithheld(name)).toBe(true);
  });

  it.each(['CI_COMMIT_SHA', 'CI_REGISTRY', 'CI_REGISTRY_USER', 'NPM_TOKEN', 'PATH', 'BUILDPACKS_DIGEST'])(
    'not %s',
    (name) => {
      expect(isWithheld(name)).toBe(false);
    },
  );
});

describe('what programs see that we start', () => {
  it('is what a user has set, without the job’s own credentials under any name', () => {
    const environment = {
      PATH: '/bin',
      AWS_SECRET_ACCESS_KEY: 'for the helper',
      DOCKER_HOST: 'unix:///run/docker.sock',
      CI_COMMIT_SHA: 'abc',
    };
    const secret = {
      CI_JOB_TOKEN: TOKEN,
      CI_REGISTRY_PASSWORD: TOKEN,
      CI_REPOSITORY_URL: `https://gitlab-ci-token:${TOKEN}@gitlab.example/group/shop.git`,
      MAVEN_TOKEN: TOKEN,
      PIP_INDEX_URL: `https://gitlab-ci-token:${TOKEN}@gitlab.example/api/v4/packages/pypi/simple`,
      BUILDPACKS_CI_REGISTRY_AUTH: 'host=user:password',
    };
    expect(childEnvironment({ ...environment, ...secret })).toEqual(environment);
  });

  it('has DOCKER_AUTH_CONFIG, by which a user lends credentials to engines', () => {
    const environment = { CI_JOB_TOKEN: TOKEN, DOCKER_AUTH_CONFIG: `{"auths":{"a":{"registrytoken":"${TOKEN}"}}}` };
    expect(Object.keys(childEnvironment(environment))).toEqual(['DOCKER_AUTH_CONFIG']);
  });

  it('loses nothing by a token that is too short to be one', () => {
    expect(childEnvironment({ CI_JOB_TOKEN: 'a', PATH: '/usr/bin:/sbin' })).toEqual({ PATH: '/usr/bin:/sbin' });
  });
});

it('what the log must not show: tokens, what is named like a secret, and identities', () => {
  const identity = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwcm9qZWN0In0.c2lnbmF0dXJl';
  const secrets = secretsOf({
    CI_JOB_TOKEN: TOKEN,
    CI_REGISTRY_PASSWORD: TOKEN,
    CI_REPOSITORY_URL: 'https://gitlab-ci-token:another-token@gitlab.example/group/shop.git',
    CI_DEPLOY_PASSWORD: '',
    SIGSTORE_ID_TOKEN: identity,
    WHATEVER: identity,
    NPM_TOKEN: 'npm-token-value',
    DB_PASSWORD: 'short',
    TLS_PRIVATE_KEY: '/builds/group/shop.tmp/TLS_PRIVATE_KEY',
    CI_COMMIT_SHA: '0123456789abcdef',
  });
  expect(secrets.toSorted()).toEqual([TOKEN, 'another-token', identity, 'npm-token-value'].toSorted());
});
