import { expect, it } from 'vitest';
import { jobCredentials } from '../src/credentials.ts';

const REGISTRY = { CI_REGISTRY_USER: 'gitlab-ci-token', CI_REGISTRY_PASSWORD: 'for-the-registry' };
const PROXY = { CI_DEPENDENCY_PROXY_USER: 'gitlab-ci-token', CI_DEPENDENCY_PROXY_PASSWORD: 'for-the-proxy' };

function passwords(environment: Readonly<Record<string, string>>) {
  const entries = [...(jobCredentials(environment)?.auths ?? [])];
  return Object.fromEntries(entries.map(([key, credential]) => [key, 'password' in credential && credential.password]));
}

it.each([
  ['registry.example', ['registry.example', 'registry.example:443']],
  ['registry.example:443', ['registry.example', 'registry.example:443']],
  ['registry.example:80', ['registry.example', 'registry.example:443', 'registry.example:80']],
  ['registry.example:5050', ['registry.example:5050']],
  ['Registry.Example', ['registry.example', 'registry.example:443']],
  ['127.0.0.1:5000', ['127.0.0.1:5000']],
])('the registry %s is known as %j', (server, keys) => {
  expect(Object.keys(passwords({ CI_REGISTRY: server, ...REGISTRY })).toSorted()).toEqual(keys);
});

it('has each its own token', () => {
  const environment = {
    CI_REGISTRY: 'registry.example',
    CI_DEPENDENCY_PROXY_SERVER: 'gitlab.example:443',
    ...REGISTRY,
    ...PROXY,
  };
  expect(passwords(environment)).toEqual({
    'registry.example': 'for-the-registry',
    'registry.example:443': 'for-the-registry',
    'gitlab.example': 'for-the-proxy',
    'gitlab.example:443': 'for-the-proxy',
  });
});

it('takes the registry’s where both are one host', () => {
  const environment = {
    CI_REGISTRY: 'one.example',
    CI_DEPENDENCY_PROXY_SERVER: 'one.example:443',
    ...REGISTRY,
    ...PROXY,
  };
  expect(new Set(Object.values(passwords(environment)))).toEqual(new Set(['for-the-registry']));
});

it.each([
  ['nothing', {}],
  ['a registry without a login', { CI_REGISTRY: 'registry.example' }],
  ['a login without a registry', REGISTRY],
  ['an empty password', { CI_REGISTRY: 'registry.example', ...REGISTRY, CI_REGISTRY_PASSWORD: '' }],
])('is none of %s', (_, environment) => {
  expect(jobCredentials(environment)).toBeUndefined();
});
