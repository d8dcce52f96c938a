import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Log } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { CacheIndex } from '../format/cache-index.ts';
import type { IndexExpectation, Refusal } from '../format/index-object.ts';
import { cachedLayers } from '../layers/cached-layers.ts';
import { CACHE_METADATA, COMMITTED, fileOfLayer, withoutMissingLayers } from '../volume-cache.ts';
import type { CacheStore } from '../store/store.ts';
import { type CacheTraffic, countTraffic } from '../store/traffic.ts';
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

export interface RestoredCache extends FilledLayers {
  readonly kind: 'restored';
  readonly index: CacheIndex;
  /** The digest of the index object. */
  readonly digest: Digest;
  readonly traffic: CacheTraffic;
}

export interface MissedCache {
  readonly kind: 'miss';
  readonly reason: Refusal | 'none' | 'failed';
  /** For people. */
  readonly message: string;
  readonly traffic: CacheTraffic;
}

/**
 * Brings back what an earlier build cached, as far as it is there and right. Nothing but an abort makes this fail: trouble is one warning
 * and a slower build.
 */
export async function restoreCache(request: RestoreRequest, ports: CachePorts): Promise<RestoreOutcome> {
  const traffic: CacheTraffic = { requests: 0, up: 0, down: 0 };
  const store = countTraffic(request.store, traffic);
  try {
    return await restoreFrom(store, request, ports, traffic);
  } catch (error) {
    await rm(path.join(request.cache, COMMITTED), { recursive: true, force: true });
    ports.signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    ports.log.warn(`the layer cache "${store.name}" was not restored: ${message}`);
    return { kind: 'miss', reason: 'failed', message, traffic };
  }
}

async function restoreFrom(
  store: CacheStore,
  { candidates, cache, owner }: RestoreRequest,
  { clock, log, signal }: CachePorts,
  traffic: CacheTraffic,
): Promise<RestoreOutcome> {
  const found = await findIndex(store, candidates, signal);
  if (found.kind === 'miss') {
    if (!NORMAL.has(found.reason)) log.warn(`the layer cache "${store.name}" is not used: ${found.message}`);
    return { ...found, traffic };
  }
  const { index, digest } = found;
  const directory = path.join(cache, COMMITTED);
  await mkdir(directory, { recursive: true });
  const folders = cachedLayers(index.metadata);
  const filled = await fillLayers(index, { store, directory, folders, clock, signal });
  await writeMetadata(index.metadata, filled, directory);
  if (owner !== undefined) await give(directory, filled, owner);
  warnOfLosses(filled, store.name, log);
  return { kind: 'restored', index, digest, traffic, ...filled };
}

async function writeMetadata(metadata: string, { restored }: FilledLayers, directory: string): Promise<void> {
  const present = new Set(restored.map(({ diffId }) => diffId));
  const pruned = withoutMissingLayers(Buffer.from(metadata), present);
  if (pruned !== undefined) await writeFile(path.join(directory, CACHE_METADATA), pruned);
}

async function give(directory: string, { restored }: FilledLayers, owner: { uid: number; gid: number }): Promise<void> {
  const names = [...restored.map(({ diffId }) => fileOfLayer(diffId)), CACHE_METADATA, ''];
  for (const name of names) await chown(path.join(directory, name), owner.uid, owner.gid);
}

function warnOfLosses({ restored, lost }: FilledLayers, store: string, log: Log): void {
  const [reason] = lost.values();
  if (reason === undefined) return;
  const total = restored.length + lost.size;
  log.warn(`${lost.size} of ${total} cached layers in "${store}" can't be used and are made again: ${reason.message}`);
}
