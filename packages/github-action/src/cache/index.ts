import type { CacheStore, Clock, Log, Network } from '@buildpacks-ci/core';
import { createToolkitStore } from './toolkit-store.ts';
import { readRunnerCache, type RunnerCache } from './runner-cache.ts';
import { GitHubStore, LIMITS, type StoreLimits } from './store.ts';

export { type ListedEntry, supersededEntries } from './superseded.ts';
export type { StoreLimits } from './store.ts';

export interface GitHubCacheOptions {
  /** The job's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly network: Network;
  readonly clock: Clock;
  /** From now on it prints neither the token nor a signature. */
  readonly log: Pick<Log, 'mask'>;
  /** A directory for files, with room for the packs of a cache where the service is of the first version: `RUNNER_TEMP`. */
  readonly temporary: string;
  /** For tests. */
  readonly limits?: StoreLimits;
}

/** Why there is none, for people. */
export interface NoCache {
  readonly unavailable: string;
}

/** Opens GitHub's cache as a store; nothing is asked yet. One that is `readOnly` says why. */
export function createGitHubStore(options: GitHubCacheOptions): CacheStore | NoCache {
  const { environment, network, clock, log, temporary, limits = LIMITS } = options;
  const cache = readRunnerCache(environment);
  if (cache.kind === 'none') return { unavailable: cache.why };
  const closed = whyClosed(cache, network);
  if (closed !== undefined) return { unavailable: closed };
  const run = { run: digits(environment['GITHUB_RUN_ID']), attempt: digits(environment['GITHUB_RUN_ATTEMPT']) };
  const common = { ...cache, run };
  return cache.version === 2
    ? new GitHubStore({ ...common, network, clock, log, limits })
    : createToolkitStore({ ...common, directory: temporary });
}

/** The toolkit's client for the first version makes its own connections. */
function whyClosed(
  { version, url }: RunnerCache & { readonly kind: 'service' },
  { reach }: Network,
): string | undefined {
  if (version === 1 && reach.offline) return 'with offline the first version of its service is not spoken to';
  return reach.allows(url.hostname)
    ? undefined
    : `with offline ${url.hostname} is reached only if offline-hosts names it`;
}

function digits(text = ''): string {
  return /^\d{1,9}$|^\d{1,20}$/.test(text) ? text : '0';
}
