import { appendFile, cp } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WorkflowOutcome } from '../bench/act.ts';
import { type Fault, faulty, type Operation, type ServiceRequest } from '../bench/cache-service.ts';
import { requiresEngine } from '../support/requires.ts';
import {
  buildSteps,
  FORK_SCOPES,
  forkPullRequest,
  type GitHub,
  type GitHubRun,
  startGitHub,
} from './support/github.ts';
import { temporaryDirectory } from './support/world.ts';

const ORDER = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];
const APP = 'samples/apps/procfile';
/** Megabytes of the layer; one file of it, a megabyte, is another one when a dependency changes. */
const LAYER = 100;

let github: GitHub;
beforeAll(async () => {
  github = await startGitHub({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER } });
});
afterAll(() => github.stop());
afterEach(() => {
  github.cache.fail();
});

interface Subject {
  /** Runs the workflow on a fresh runner, and tells what the cache service was asked meanwhile. */
  readonly run: (more?: Partial<GitHubRun> & { readonly env?: string }) => Promise<Observed>;
}

interface Observed {
  readonly outcome: WorkflowOutcome;
  readonly requests: readonly ServiceRequest[];
  readonly warnings: readonly string[];
}

let images = 0;
/** An image with a cache of its own; the previous image is left out, so that only the cache makes a build faster. */
function subject(megabytes: number): Subject {
  const image = github.world.image(`cached-${++images}`);
  const always = { image, builder: github.world.builder, path: 'app', 'previous-image': 'none' };
  return {
    run: async ({ env = '', ...more } = {}) => {
      const from = github.cache.requests.length;
      const steps = buildSteps({ ...always, env: `BP_LARGE_LAYER_MB=${megabytes}\n${env}` });
      const outcome = await github.run({ jobs: { build: { steps } }, apps: { app: APP }, ...more });
      const requests = github.cache.requests.slice(from);
      return {
        outcome,
        requests,
        warnings: outcome.commands.filter(({ name }) => name === 'warning').map(({ value }) => value),
      };
    },
  };
}

function bytesUp({ requests }: Observed): number {
  return requests.reduce((sum, request) => sum + request.bytesUp, 0);
}

/** How often the service was asked to do this. */
const count = (requests: readonly ServiceRequest[], wanted: Operation) =>
  requests.filter(({ operation }) => operation === wanted).length;

requiresEngine('the cache of GitHub', () => {
  it('makes a build on a fresh runner a warm one', async () => {
    const { run } = subject(4);
    const cold = await run();
    expect(cold.outcome.outputs['build.cache-hit'], cold.outcome.text).toBe('false');
    const warm = await run();
    expect(warm.outcome.status, warm.outcome.text).toBe(0);
    expect(warm.outcome.outputs).toMatchObject({
      'build.cache-hit': 'true',
      'build.digest': cold.outcome.outputs['build.digest'],
    });
    expect(warm.outcome.text).toContain('large-layer: 4 MiB, seed 0, from the cache');
    expect(warm.warnings).toEqual([]);
    expect(count(warm.requests, 'CreateCacheEntry')).toBe(0);
  });

  it('gets little more when one dependency changes, in at most three entries', async () => {
    const { run } = subject(LAYER);
    const cold = await run();
    const before = github.cache.entries.length;
    const warm = await run({ env: 'BP_LARGE_LAYER_SEED=1' });
    expect(warm.outcome.outputs['build.cache-hit'], warm.outcome.text).toBe('true');
    expect(bytesUp(warm) / bytesUp(cold)).toBeLessThanOrEqual(0.02);
    expect(github.cache.entries.length - before).toBeLessThanOrEqual(3);
  });

  it('is read and not written by a pull request', async () => {
    const { run } = subject(2);
    await run();
    const fork = await run({ event: forkPullRequest(), cacheScopes: FORK_SCOPES });
    expect(fork.outcome.status, fork.outcome.text).toBe(0);
    expect(fork.outcome.outputs['build.cache-hit']).toBe('true');
    expect(count(fork.requests, 'CreateCacheEntry')).toBe(0);
    expect(fork.warnings).toEqual([]);
  });

  it('is respected where the workflow lets it be read only', async () => {
    const { run } = subject(2);
    const first = await run({ environment: { ACTIONS_CACHE_MODE: 'read' } });
    expect(first.outcome.status, first.outcome.text).toBe(0);
    expect(count(first.requests, 'CreateCacheEntry')).toBe(0);
    expect(first.warnings).toEqual([]);
  });

  describe('is no reason to fail', () => {
    const ALL = ['CreateCacheEntry', 'FinalizeCacheEntryUpload', 'GetCacheEntryDownloadURL'] as const;
    const BLOBS = ['PutBlob', 'PutBlock', 'PutBlockList', 'GetBlob', 'HeadBlob'] as const;
    const FAULTS: readonly (readonly [title: string, operations: readonly Operation[], fault: Fault])[] = [
      ['too many requests', ALL, { kind: 'status', status: 429, headers: { 'retry-after': '60' } }],
      ['a service that is broken', [...ALL, ...BLOBS], { kind: 'status', status: 503 }],
      ['a service that hangs up', [...ALL, ...BLOBS], { kind: 'cut', at: 0 }],
      ['a download that stalls at its end', ['GetBlob'], { kind: 'stall', at: 0.99 }],
      ['forged bytes', ['GetBlob'], { kind: 'garbage' }],
    ];

    let cached: Subject;
    let digest: string | undefined;
    beforeAll(async () => {
      cached = subject(2);
      digest = (await cached.run()).outcome.outputs['build.digest'];
    });

    it.each(FAULTS)('%s', async (_, operations, fault) => {
      github.cache.fail(faulty(operations, fault));
      const spoilt = await cached.run();
      expect(spoilt.outcome.status, spoilt.outcome.text).toBe(0);
      expect(spoilt.outcome.outputs['build.digest']).toBe(digest);
      expect(spoilt.warnings, spoilt.warnings.join('\n')).toHaveLength(1);
    });

    it('a service that is not there', async () => {
      const { outcome, warnings } = await cached.run({ environment: { ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/' } });
      expect(outcome.status, outcome.text).toBe(0);
      expect(warnings, warnings.join('\n')).toHaveLength(1);
    });

    it('a runner without a service', async () => {
      const { outcome } = await cached.run({ cacheScopes: 'none' });
      expect(outcome.status, outcome.text).toBe(0);
    });
  });

  it('gets an index alone when only the app changes, since that names the newest image', async () => {
    const app = await temporaryDirectory('app');
    await cp(APP, app, { recursive: true });
    await appendFile(path.join(app, 'greet.sh'), '# more\n');
    const { run } = subject(2);
    await run();
    const changed = await run({ apps: { app } });
    expect(changed.outcome.outputs['build.cache-hit'], changed.outcome.text).toBe('true');
    expect(count(changed.requests, 'CreateCacheEntry')).toBe(1);
    expect(bytesUp(changed)).toBeLessThan(10_000);
  });
});
