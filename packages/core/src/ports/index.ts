import type { CacheStore } from './cache-store.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Network } from './network.ts';
import type { ProcessRunner } from './process-runner.ts';

export type { ByteRange, CacheStore, NewIndex, PackFile, StoredEntry, StoredIndex } from './cache-store.ts';
export type { Clock } from './clock.ts';
export { type Log, type Progress, SILENT_LOG } from './log.ts';
export type { Network, Reach } from './network.ts';
export type { Command, Outcome, ProcessRunner } from './process-runner.ts';

/** Who we are on this machine, and where things may be put. */
export interface Machine {
  /** Effective user and group id of our process. */
  readonly uid: number;
  readonly gid: number;
  /** The user's home directory. */
  readonly home: string;
  /** Where temporary directories are made. */
  readonly temporary: string;
  /** In OCI words: `amd64`, `arm64`, …. */
  readonly architecture: string;
  readonly workingDirectory: string;
  /** Where the machine's operator may put a policy that holds for every build, absolute; absent: nowhere. */
  readonly policyFile?: string;
}

/** What a CI's own store of layer caches is called in `cache-store`. */
export type HostStoreName = 'github';

/** A name is missing where the host can't offer it. */
export type HostStores = Readonly<Partial<Record<HostStoreName, CacheStore>>>;

/** Everything from outside, made once by each adapter's host. */
export interface Ports {
  readonly processes: ProcessRunner;
  readonly network: Network;
  readonly log: Log;
  readonly clock: Clock;
  /** Stores of the host's own for layer caches, by the names that `cache-store` has for them: `github`. */
  readonly cacheStores?: HostStores;
  /** The job's environment, as data. */
  readonly environment: Readonly<Record<string, string>>;
  readonly machine: Machine;
  /** Aborted when the user or the CI cancels the run. */
  readonly signal: AbortSignal;
}
