import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import {
  type CacheIdentity,
  type CachePorts,
  type ParentCache,
  restoreCache,
  type RestoreRequest,
  saveCache,
  type SaveRequest,
} from '../../../src/cache/index.ts';
import type { CacheStore } from '../../../src/ports/index.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { recordingPorts } from './doubles.ts';
import { BUILDER, IDENTITY } from './sample-index.ts';
import { type CachedTree, readVolumeCache, writeVolumeCache } from './volume-cache.ts';

type Changes = Partial<Omit<SaveRequest, 'store' | 'cache' | 'temporary'>>;

/** Builds that use one store; each on a machine of its own. */
export async function builds(store: CacheStore) {
  const root = await temporaryDirectory();
  const fresh = (name: string) => mkdtemp(path.join(root, `${name}-`));

  async function save(cache: string, changes: Changes = {}, from = store, other: Partial<CachePorts> = {}) {
    const ports = { ...recordingPorts(), ...other };
    const request: SaveRequest = {
      store: from,
      cache,
      identity: IDENTITY,
      builder: BUILDER,
      createdBy: 'test',
      maxBytes: 1_000_000_000,
      lifetime: 604_800,
      temporary: await fresh('temporary'),
      ...changes,
    };
    return { outcome: await saveCache(request, ports), warnings: ports.warnings, temporary: request.temporary };
  }

  async function restore(
    candidates: RestoreRequest['candidates'] = [{ identity: IDENTITY }],
    from = store,
    other: Partial<CachePorts> = {},
  ) {
    const ports = { ...recordingPorts(), ...other };
    const cache = await fresh('restored');
    const outcome = await restoreCache({ store: from, candidates, cache }, ports);
    return { outcome, cache, warnings: ports.warnings, files: await readVolumeCache(cache) };
  }

  /** What a build leaves that caches these. */
  async function built(...trees: readonly CachedTree[]): Promise<string> {
    const cache = await fresh('built');
    await writeVolumeCache(cache, trees);
    return cache;
  }

  const saveTrees = async (trees: readonly CachedTree[], parent?: ParentCache, identity: CacheIdentity = IDENTITY) =>
    save(await built(...trees), { identity, ...(parent !== undefined && { parent }) });

  return { fresh, save, restore, built, saveTrees };
}
