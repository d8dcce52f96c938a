import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { adviceOf } from '../../errors/index.ts';
import type { CacheStore, Clock, Log } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { IndexExpectation, Refusal, SealedIndex } from '../format/index-object.ts';
import { cachedLayers } from '../layers/cached-layers.ts';
import { CACHE_METADATA, COMMITTED, giveAway, withoutMissingLayers } from '../volume-cache.ts';
import { limitPatience } from '../store/patience.ts';
import { type CacheTraffic, countTraffic, noTraffic } from '../store/traffic.ts';
import { fillLayers, type FilledLayers } from './fill-layers.ts';
import { findIndex } from './find-index.ts';

/** Reasons for a miss that come with time. */
const NORMAL: ReadonlySet<MissedCache['reason']> = new Set(['none', 'version', 'builder', 'expired']);

export interface RestoreRequest {
  readonly store: CacheStore;
  /** The identities to look for, the build's own first, and what their indexes must be. */
  readonly candidates: readonly IndexExpectation[];
  /** The build's volume cache: an empty folder. */
  readonly cache: string;
  /** The CNB user, when we may give files to it. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export interface CachePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What a build finds in its volume cache. */
export type RestoreOutcome = RestoredCache | MissedCache;

export interface RestoredCache extends SealedIndex, FilledLayers {
  readonly kind: 'restored';
  readonly traffic: CacheTraffic;
}

export interface MissedCache {
  readonly kind: 'miss';
  readonly reason: Refusal | 'none' | 'failed';
  /** For people. */
  readonly message: string;
  readonly traffic: CacheTraffic;
}

/** An index that may be used, and what was needed to find it. */
export interface FoundCache extends SealedIndex {
  readonly kind: 'found';
  readonly traffic: CacheTraffic;
}

/**
 * Looks for the index of the first candidate that has one which may be used. Nothing but an abort makes this fail: trouble is a miss and
 * one warning.
 */
export async function findCache(
  { store, candidates }: Pick<RestoreRequest, 'store' | 'candidates'>,
  { clock, log, signal }: CachePorts,
): Promise<FoundCache | MissedCache> {
  const traffic = noTraffic();
  try {
    const found = await findIndex(countTraffic(limitPatience(store, clock), traffic), candidates, signal);
    if (found.kind === 'found') return { ...found, traffic };
    if (!NORMAL.has(found.reason)) log.warn(`the layer cache "${store.name}" is not used: ${found.message}`);
    return { ...found, traffic };
  } catch (error) {
    signal.throwIfAborted();
    return failed(store, error, log, traffic);
  }
}

/**
 * Brings back the layers of an index, as far as they are there and right. Nothing but an abort makes this fail: trouble is one warning and
 * a slower build.
 */
export async function fillCache(
  found: FoundCache,
  { store, cache, owner }: Omit<RestoreRequest, 'candidates'>,
  { clock, log, signal }: CachePorts,
): Promise<RestoreOutcome> {
  const { index } = found;
  const traffic = { ...found.traffic };
  const directory = path.join(cache, COMMITTED);
  try {
    await mkdir(directory, { recursive: true });
    const folders = cachedLayers(index.metadata);
    const options = { store: countTraffic(limitPatience(store, clock), traffic), directory, folders, clock, signal };
    const filled = await fillLayers(index, options);
    const layers = new Set(filled.restored.map(({ diffId }) => diffId));
    await writeMetadata(index.metadata, layers, directory);
    if (owner !== undefined) await giveAway(directory, layers, owner);
    warnOfLosses(filled, store.name, log);
    return { ...found, ...filled, kind: 'restored', traffic };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    signal.throwIfAborted();
    return failed(store, error, log, traffic);
  }
}

/** Brings back what an earlier build cached: `findCache` and `fillCache`. */
export async function restoreCache(request: RestoreRequest, ports: CachePorts): Promise<RestoreOutcome> {
  const found = await findCache(request, ports);
  return found.kind === 'found' ? fillCache(found, request, ports) : found;
}

function failed(store: CacheStore, error: unknown, log: Log, traffic: CacheTraffic): MissedCache {
  const message = error instanceof Error ? error.message : String(error);
  log.warn(`the layer cache "${store.name}" was not restored: ${adviceOf(error)}`);
  return { kind: 'miss', reason: 'failed', message, traffic };
}

async function writeMetadata(metadata: string, present: ReadonlySet<Digest>, directory: string): Promise<void> {
  const pruned = withoutMissingLayers(Buffer.from(metadata), present);
  if (pruned !== undefined) await writeFile(path.join(directory, CACHE_METADATA), pruned);
}

function warnOfLosses({ restored, lost }: FilledLayers, store: string, log: Log): void {
  const [reason] = lost.values();
  if (reason === undefined) return;
  const total = restored.length + lost.size;
  log.warn(`${lost.size} of ${total} cached layers in "${store}" can't be used and are made again: ${reason.message}`);
}
