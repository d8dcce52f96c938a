import path from 'node:path';
import { inject } from 'vitest';
import { REPOSITORY, runWorkflow, type WorkflowOptions, type WorkflowOutcome } from '../../bench/act.ts';
import { ROOT } from '../../bench/cache.ts';
import { type CacheService, startCacheService, type TokenScope } from '../../bench/cache-service.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

/** A step of a workflow's job, as GitHub reads it. */
export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A job; what is not said is that it runs on `ubuntu-latest`. */
export interface Job {
  readonly steps: readonly Step[];
  readonly needs?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
}

export interface GitHubRun extends Omit<WorkflowOptions, 'workflow' | 'copies'> {
  readonly jobs: Readonly<Record<string, Job>>;
  /** Apps that are checked out, by their folders. */
  readonly apps?: Readonly<Record<string, string>>;
  /** What the runner's token for the cache may; default: what a push to `main` may. `none`: there is no cache service. */
  readonly cacheScopes?: readonly TokenScope[] | 'none';
}

/** A registry with a builder, the cache service of a repository, and the action as it is shipped. */
export interface GitHub {
  readonly world: World;
  readonly cache: CacheService;
  /** The folder of the bundle that `action.yml` names. */
  readonly dist: string;
  /** Runs a workflow on a runner that has nothing but what Docker's store has. */
  run(run: GitHubRun): Promise<WorkflowOutcome>;
  stop(): Promise<void>;
}

const CHECKOUT: Step = { uses: 'actions/checkout@v6' };

/** A job's first step, and the build as its second, `build`. */
export function buildSteps(inputs: Readonly<Record<string, string>>, more: Partial<Step> = {}): readonly Step[] {
  return [CHECKOUT, { id: 'build', uses: './', with: inputs, ...more }];
}

/** What a pull request may do with the cache: write for itself, read what `main` has. */
export const FORK_SCOPES: readonly TokenScope[] = [
  { Scope: 'refs/pull/7/merge', Permission: 3 },
  { Scope: 'refs/heads/main', Permission: 1 },
];

/** A pull request to `main` from somebody else's repository. */
export function forkPullRequest(): NonNullable<WorkflowOptions['event']> {
  const head = { ref: 'patch', repo: { full_name: 'somebody/shop', fork: true } };
  const base = { ref: 'main', repo: { full_name: REPOSITORY, fork: false } };
  return { name: 'pull_request', payload: { number: 7, pull_request: { number: 7, head, base } } };
}

export async function startGitHub(options: WorldOptions): Promise<GitHub> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const cache = await startCacheService();
    stops.push(() => cache.close());
    const world = await startWorld(options);
    stops.push(() => world.stop());
    const dist = path.dirname(inject('programs').githubAction);
    return { world, cache, dist, run: (run) => runWorkflow(workflowOptions(run, dist, cache)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function workflowOptions(run: GitHubRun, dist: string, cache: CacheService): WorkflowOptions {
  const { jobs, apps = {}, cacheScopes, ...rest } = run;
  const all = Object.entries(jobs).map(([name, job]) => [name, { 'runs-on': 'ubuntu-latest', ...job }]);
  const on = ['push', 'pull_request', 'pull_request_target', 'schedule'];
  return {
    ...rest,
    workflow: JSON.stringify({ name: 'workflow', on, jobs: Object.fromEntries(all) as object }),
    copies: { 'action.yml': path.join(ROOT, 'action.yml'), 'packages/github-action/dist': dist, ...apps },
    environment: { ...serviceEnvironment(cache, cacheScopes), ...rest.environment },
  };
}

/** What the runner tells actions about its services. */
function serviceEnvironment(cache: CacheService, scopes: GitHubRun['cacheScopes']): Readonly<Record<string, string>> {
  if (scopes === 'none') return {};
  return {
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: cache.url,
    ACTIONS_RUNTIME_TOKEN: cache.token(scopes),
  };
}
