import type { CacheStore } from '../../ports/index.ts';
import { identityKey } from '../format/identity.ts';
import { type IndexExpectation, openIndex, type Refusal, type SealedIndex } from '../format/index-object.ts';
import { CACHE_LIMITS } from '../format/limits.ts';

export type FoundIndex =
  | (SealedIndex & { readonly kind: 'found' })
  | { readonly kind: 'miss'; readonly reason: Refusal | 'none'; readonly message: string };

/** Why there is a miss where no candidate has an index: most often the builder or the branch is a new one. */
export const NONE_YET = 'there is none yet for this image, builder and branch';

const NONE: FoundIndex = { kind: 'miss', reason: 'none', message: NONE_YET };

/**
 * The index of the first identity that has one which may be used. Tells why the first one that was found is not used, if none is.
 */
export async function findIndex(
  store: CacheStore,
  candidates: readonly IndexExpectation[],
  signal: AbortSignal,
): Promise<FoundIndex> {
  let left = candidates;
  let miss = NONE;
  while (left.length > 0) {
    const keys = left.map(({ identity }) => identityKey(identity));
    const stored = await store.readIndex(keys, CACHE_LIMITS.indexObject, signal);
    const at = keys.findIndex((key) => key === stored?.key);
    const expected = left[at];
    if (stored === undefined || expected === undefined) break;
    const opened = await openIndex(stored.object, expected);
    if (opened.kind === 'index') return { ...opened, kind: 'found' };
    if (miss === NONE) miss = { kind: 'miss', reason: opened.reason, message: opened.message };
    left = left.slice(at + 1);
  }
  return miss;
}
