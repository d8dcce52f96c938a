import { SILENT_LOG } from '@buildpacks-ci/core';
import { describe, expect, it } from 'vitest';
import { openNetwork } from '../../../core/test/support/network.ts';
import { createGitHubStore } from '../../src/cache/index.ts';
import { CLOCK } from './subject.ts';

const JOB = {
  ACTIONS_CACHE_SERVICE_V2: 'true',
  ACTIONS_RESULTS_URL: 'https://results.example/',
  ACTIONS_CACHE_URL: 'https://artifacts.example/',
  ACTIONS_RUNTIME_TOKEN: 'opaque',
  GITHUB_SERVER_URL: 'https://github.com',
};

function open(hosts: string, changes: Partial<typeof JOB> = {}) {
  const network = openNetwork({ offline: 'true', 'offline-hosts': hosts });
  const environment = { ...JOB, ...changes };
  return createGitHubStore({ environment, network, clock: CLOCK, log: SILENT_LOG, temporary: '/nonexistent' });
}

describe("GitHub's cache, offline", () => {
  it('is there when its host is named', () => {
    expect(open('results.example')).not.toHaveProperty('unavailable');
  });

  it('is not asked otherwise, and the host to name is told', () => {
    const why = 'with offline results.example is reached only if offline-hosts names it';
    expect(open('other.example')).toEqual({ unavailable: why });
  });

  it('is never that of the first version, whose client is not ours', () => {
    const server = { GITHUB_SERVER_URL: 'https://git.corp' };
    expect(open('artifacts.example', server)).toEqual({
      unavailable: 'with offline the first version of its service is not spoken to',
    });
  });
});
