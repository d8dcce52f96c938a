import type { CacheIdentity, CacheKey, CachePorts } from '../../cache/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { CacheStoreSummary } from '../../report/result.ts';
import type { HandOver } from './hand-over.ts';

/** Who owns what is restored, when we may give files away. */
export type CacheOwner = { readonly uid: number; readonly gid: number } | undefined;

/** What a finished build leaves to be cached. */
export interface SavedBuild {
  /** The build's volume cache: hostile input. */
  readonly cache: string;
  /** A directory for files, with room for one pack. */
  readonly temporary: string;
  /** The image, when it goes to a registry. */
  readonly image?: Digest;
  readonly signKey?: CacheKey;
}

/** One of the stores of a build, as it is used in the course of that build. Nothing but an abort makes any of it fail. */
export interface CachePlace {
  /** Whether there is a cache that may be used. */
  find(ports: CachePorts): Promise<boolean>;
  /** The image of the build that saved what was found. */
  readonly image: Digest | undefined;
  /** Brings back what was found, into the build's volume cache; false when nothing of it could be used. */
  fill(cache: string, owner: CacheOwner, ports: CachePorts): Promise<boolean>;
  save(build: SavedBuild, ports: CachePorts): Promise<void>;
  summary(): CacheStoreSummary;
  /** What another process needs to go on. */
  handOver(): HandOver;
  takeOver(state: HandOver): void;
}

/** The scope whose cache is used, when it is not the build's own. */
export function borrowedScope(found: CacheIdentity | undefined, own: CacheIdentity): string | undefined {
  return found === undefined || found.scope === own.scope ? undefined : found.scope;
}
