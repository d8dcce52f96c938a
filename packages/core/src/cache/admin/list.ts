import { BuildpacksError } from '../../errors/index.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { CacheStore, StoredEntry } from '../../ports/index.ts';
import { identityKey } from '../format/identity.ts';
import { type ExaminedIndex, examineIndex } from '../format/index-object.ts';
import type { CacheKey } from '../format/keys.ts';
import { CACHE_LIMITS } from '../format/limits.ts';

/** A cache in a store. */
export interface ListedCache {
  readonly key: string;
  /** Milliseconds since the epoch at which it was last written or asked for, as far as the store knows. */
  readonly used: number;
  /** Of index and packs, which other caches of the store may share. */
  readonly bytes: number;
  readonly content: ExaminedIndex;
}

/** Indexes that are read at once. */
const AT_ONCE = 6;

/** Every cache of a store, by name of the image's repository; those whose index can't be read come last. */
export async function listCaches(
  store: CacheStore,
  keys: readonly CacheKey[],
  signal: AbortSignal,
): Promise<readonly ListedCache[]> {
  const listed = await mapInParallel(await store.list(signal), AT_ONCE, (entry) => examined(entry, keys, signal));
  return listed.filter((cache) => cache !== undefined).sort((a, b) => compare(sortKey(a), sortKey(b)));
}

/** Undefined when it has gone meanwhile. */
async function examined(
  entry: StoredEntry,
  keys: readonly CacheKey[],
  signal: AbortSignal,
): Promise<ListedCache | undefined> {
  const { key, used, bytes } = entry;
  try {
    const object = await entry.object(CACHE_LIMITS.indexObject, signal);
    if (object === undefined) return undefined;
    const content = await examineIndex(object, keys);
    return { key, used, bytes, content: content.kind === 'index' ? underKey(content, key) : content };
  } catch (error) {
    if (!(error instanceof BuildpacksError) || error.code !== 'image') throw error;
    return { key, used, bytes, content: { kind: 'refused', reason: 'damaged', message: error.message } };
  }
}

/** One that was copied to another key is nobody's. */
function underKey(content: Extract<ExaminedIndex, { kind: 'index' }>, key: string): ExaminedIndex {
  if (identityKey(content.index.identity) === key) return content;
  return { kind: 'refused', reason: 'identity', message: 'it belongs to another key' };
}

function sortKey({ key, content }: ListedCache): string {
  return content.kind === 'index' ? `0 ${Object.values(content.index.identity).join(' ')}` : `1 ${key}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
