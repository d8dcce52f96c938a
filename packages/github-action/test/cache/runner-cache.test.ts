import { describe, expect, it } from 'vitest';
import { readRunnerCache } from '../../src/cache/runner-cache.ts';

/** A token with this claim. */
const token = (claim: object) => `e30.${Buffer.from(JSON.stringify(claim)).toString('base64url')}.c2ln`;
const scoped = (...permissions: readonly number[]) =>
  token({ ac: JSON.stringify(permissions.map((Permission, index) => ({ Scope: `refs/heads/${index}`, Permission }))) });

const JOB = {
  ACTIONS_CACHE_SERVICE_V2: 'true',
  ACTIONS_RESULTS_URL: 'https://results.example/',
  ACTIONS_CACHE_URL: 'https://artifacts.example/',
  ACTIONS_RUNTIME_TOKEN: scoped(3, 1),
  GITHUB_SERVER_URL: 'https://github.com',
};

describe('which service it is', () => {
  it.each([
    ['the second version', {}, 2, 'https://results.example/'],
    ['of GitHub Enterprise Cloud too', { GITHUB_SERVER_URL: 'https://acme.ghe.com' }, 2, 'https://results.example/'],
    [
      'the first on GitHub Enterprise Server',
      { GITHUB_SERVER_URL: 'https://git.corp' },
      1,
      'https://artifacts.example/',
    ],
    [
      'whose name only looks like it',
      { GITHUB_SERVER_URL: 'https://evil-github.com' },
      1,
      'https://artifacts.example/',
    ],
    ['the first where the second is not offered', { ACTIONS_CACHE_SERVICE_V2: '' }, 1, 'https://artifacts.example/'],
  ])('%s', (_, changes, version, url) => {
    expect(readRunnerCache({ ...JOB, ...changes })).toMatchObject({ kind: 'service', version, url: new URL(url) });
  });

  it.each([
    [{ ACTIONS_RESULTS_URL: '' }, 'ACTIONS_RESULTS_URL is not set'],
    [{ ACTIONS_CACHE_SERVICE_V2: '', ACTIONS_CACHE_URL: '' }, 'ACTIONS_CACHE_URL is not set'],
    [{ ACTIONS_RUNTIME_TOKEN: '' }, 'ACTIONS_RUNTIME_TOKEN is not set'],
    [{ ACTIONS_CACHE_MODE: ' None ' }, 'cache-mode "none"'],
  ])('none: %o', (changes, why) => {
    expect(readRunnerCache({ ...JOB, ...changes })).toEqual({
      kind: 'none',
      why: expect.stringContaining(why) as string,
    });
  });
});

describe('what a run may', () => {
  const OUTSIDERS = 'GitHub lets this run only read the cache, since outsiders can start such runs';

  it.each([
    ['a token that may write', {}, true, undefined],
    ['a token that may only read', { ACTIONS_RUNTIME_TOKEN: scoped(1, 1) }, true, OUTSIDERS],
    ['a token that may only write', { ACTIONS_RUNTIME_TOKEN: scoped(2) }, false, undefined],
    ['a token that says nothing of it', { ACTIONS_RUNTIME_TOKEN: token({}) }, true, undefined],
    ['a token that is none', { ACTIONS_RUNTIME_TOKEN: 'opaque' }, true, undefined],
    ['cache-mode read', { ACTIONS_CACHE_MODE: 'read' }, true, 'cache-mode is "read"'],
    ['cache-mode write', { ACTIONS_CACHE_MODE: 'write' }, true, undefined],
    ['cache-mode write-only', { ACTIONS_CACHE_MODE: 'write-only' }, false, undefined],
    ['a mode that is not known', { ACTIONS_CACHE_MODE: 'fancy' }, true, undefined],
  ])('%s', (_, changes, mayRead, readOnly) => {
    const cache = readRunnerCache({ ...JOB, ...changes });
    expect(cache).toMatchObject({ kind: 'service', mayRead });
    expect('readOnly' in cache ? cache.readOnly : undefined).toBe(readOnly);
  });
});
