import { tmpdir } from 'node:os';
import { createProcessRunner } from '@buildpacks-ci/core';
import { expect, it } from 'vitest';
import { readActionInputs } from '../src/inputs.ts';
import { createActionLog } from '../src/log.ts';
import { CACHE_SAVED, runPost } from '../src/post.ts';
import { startApi } from './support/fake-api.ts';
import { createRecorder } from './support/recorder.ts';

it('keeps no job waiting for an API that answers slowly', async () => {
  let left = 40;
  const next = (baseUrl: string) => `<${baseUrl}/repos/octo/shop/actions/caches?page=2>; rel="next"`;
  const api = await startApi((_, baseUrl) => {
    left -= 1;
    const headers = { ...(left > 0 && { link: next(baseUrl) }) };
    return { status: 200, json: { total_count: 0, actions_caches: [] }, headers };
  });
  const { toolkit } = createRecorder({ state: { [CACHE_SAVED]: 'true' } });
  const environment = {
    GITHUB_API_URL: api.baseUrl,
    GITHUB_REPOSITORY: 'octo/shop',
    'INPUT_GITHUB-TOKEN': 'a-token',
  };
  // A minute is over as soon as it has begun.
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const host = {
    ...{ environment, toolkit, clock, system: 'linux', processes: createProcessRunner() },
    machine: { uid: 1, gid: 1, home: '/h', temporary: tmpdir(), architecture: 'amd64', workingDirectory: '/w' },
    signal: new AbortController().signal,
  };
  const log = createActionLog({ toolkit, clock, level: 'info', sources: { workspace: '/w', app: '/w' } });
  const inputs = readActionInputs(environment, false);
  await expect(runPost({ inputs, host, log })).rejects.toThrow('took more than a minute');
  expect(left).toBeGreaterThan(0);
});
