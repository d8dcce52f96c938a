import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { CacheStore, Log } from '../../ports/index.ts';
import { unsignedMessage } from '../format/index-object.ts';
import type { CacheKey } from '../format/keys.ts';
import { type CachePorts, fillCache } from '../restore/restore.ts';
import { noTraffic } from '../store/traffic.ts';
import type { ListedCache } from './list.ts';

/** What is wrong with a cache; nothing when a build would get all of it. */
export interface VerifiedCache extends ListedCache {
  /** Layers that are whole. */
  readonly layers: number;
  /** In words, one for each layer that is not, or for the cache as a whole. */
  readonly problems: readonly string[];
}

export interface VerifyOptions {
  readonly store: CacheStore;
  /** With keys, what none of them signed is a problem. */
  readonly keys: readonly CacheKey[];
  /** A directory with room for the layers of the largest cache. */
  readonly temporary: string;
}

/** Reads a cache as a build does, and checks every byte of it. What is wrong is told once, in what it gives. */
export async function verifyCache(
  cache: ListedCache,
  { store, keys, temporary }: VerifyOptions,
  { clock, log, signal }: CachePorts,
): Promise<VerifiedCache> {
  const { content } = cache;
  if (content.kind === 'refused') return { ...cache, layers: 0, problems: [content.message] };
  const unsigned = keys.length > 0 && content.signature !== 'known' ? [unsignedMessage(content.signer)] : [];
  const directory = await mkdtemp(path.join(temporary, 'cache-verify-'));
  try {
    const { index, digest } = content;
    const found = { kind: 'found', index, digest, traffic: noTraffic() } as const;
    const quiet: Log = {
      ...log,
      warn: (message) => {
        log.debug(message);
      },
    };
    const outcome = await fillCache(found, { store, cache: directory }, { clock, log: quiet, signal });
    if (outcome.kind === 'miss') return { ...cache, layers: 0, problems: [...unsigned, outcome.message] };
    const lost = [...outcome.lost].map(([layer, reason]) => `the layer ${layer} can't be used: ${reason.message}`);
    return { ...cache, layers: outcome.restored.length, problems: [...unsigned, ...lost] };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
