import type { Digest } from '../../reference/index.ts';
import type { ListedCache } from './list.ts';

/** Which caches are to go. */
export interface PruneRules {
  /** Those that nobody has used since, in milliseconds since the epoch. */
  readonly unusedSince?: number;
  /** The least recently used, until all packs that are left have no more bytes. */
  readonly maxBytes?: number;
}

export interface PrunedCache extends ListedCache {
  readonly reason: 'damaged' | 'unused' | 'size';
}

/** Chooses the caches of a store that go. Pure. Damaged ones always do; those of another version are somebody else's. */
export function cachesToPrune(caches: readonly ListedCache[], rules: PruneRules): readonly PrunedCache[] {
  const { unusedSince = 0, maxBytes = Infinity } = rules;
  const pruned: PrunedCache[] = [];
  let left: ListedCache[] = [];
  for (const cache of caches) {
    const isDamaged = cache.content.kind === 'refused' && cache.content.reason !== 'version';
    if (isDamaged) pruned.push({ ...cache, reason: 'damaged' });
    else if (cache.used < unusedSince) pruned.push({ ...cache, reason: 'unused' });
    else left.push(cache);
  }
  left.sort((a, b) => a.used - b.used);
  while (left.length > 0 && storedBytes(left) > maxBytes) {
    const [oldest, ...others] = left;
    if (oldest !== undefined) pruned.push({ ...oldest, reason: 'size' });
    left = others;
  }
  return pruned;
}

/** The bytes of all of them together. Packs that several caches share count once. */
export function storedBytes(caches: readonly ListedCache[]): number {
  const packs = new Map<Digest, number>();
  let unknown = 0;
  for (const { content, bytes } of caches) {
    if (content.kind === 'refused') unknown += bytes;
    else for (const { digest, size } of content.index.packs) packs.set(digest, size);
  }
  return [...packs.values()].reduce((sum, size) => sum + size, unknown);
}
