import { isFeatureAvailable } from '@actions/cache';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readRunnerCache } from '../../../packages/github-action/src/cache/runner-cache.ts';

const URLS = ['', 'https://cache.example/'];
const SERVERS = [
  '',
  'https://github.com',
  'https://acme.ghe.com',
  'https://GitHub.com',
  'http://x.localhost',
  'https://git.corp',
];

const environments = SERVERS.flatMap((GITHUB_SERVER_URL) =>
  ['', 'true', 'false'].flatMap((ACTIONS_CACHE_SERVICE_V2) =>
    URLS.flatMap((ACTIONS_CACHE_URL) =>
      URLS.map((ACTIONS_RESULTS_URL) => ({
        GITHUB_SERVER_URL,
        ACTIONS_CACHE_SERVICE_V2,
        ACTIONS_CACHE_URL,
        ACTIONS_RESULTS_URL,
        ACTIONS_CACHE_MODE: '',
        ACTIONS_RUNTIME_TOKEN: 'token',
      })),
    ),
  ),
);

it('a cache is found wherever GitHub’s own client finds one', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const environment of environments) {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(readRunnerCache(environment).kind === 'service', JSON.stringify(environment)).toBe(isFeatureAvailable());
  }
});
