import { readEntryName } from './keys.ts';

/** An entry as GitHub's API lists it. */
export interface ListedEntry {
  readonly key: string;
  /** `refs/heads/main`: who may read it. */
  readonly ref: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly sizeBytes: number;
}

/** Milliseconds that anything stays, also after it was superseded: another job may be reading it, or about to name it in its index. */
const GRACE = 3_600_000;

/**
 * The entries of this action that nobody needs any more: indexes behind which there is a newer one of the same cache and ref, and packs that
 * no index that stays names. Those of others, what is not an hour old, and what was the newest an hour ago are never among them.
 *
 * @param entries all entries of the repository that begin with `buildpacks-ci-`: with some missing, packs may look unneeded
 */
export function supersededEntries<Entry extends ListedEntry>(entries: readonly Entry[], now: number): readonly Entry[] {
  // A time that could not be read counts as new.
  const settled = entries.filter(({ createdAt }) => createdAt <= now - GRACE);
  const recent = entries.filter(({ createdAt }) => !(createdAt <= now - GRACE));
  const newest = newestIndexes(settled);
  const needed = neededPacks([...newest.values(), ...recent]);
  return settled.filter((entry) => {
    const name = readEntryName(entry.key);
    if (name === undefined) return false;
    return name.kind === 'index' ? newest.get(cacheOf(entry, name.key)) !== entry : !needed(name.hex);
  });
}

function newestIndexes<Entry extends ListedEntry>(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const newest = new Map<string, Entry>();
  for (const entry of entries) {
    const name = readEntryName(entry.key);
    if (name?.kind !== 'index') continue;
    const cache = cacheOf(entry, name.key);
    if ((newest.get(cache)?.createdAt ?? 0) <= entry.createdAt) newest.set(cache, entry);
  }
  return newest;
}

function cacheOf({ ref }: ListedEntry, key: string): string {
  return `${key} ${ref}`;
}

/** Tells whether a pack is needed by those of the entries that are indexes. All are when one does not name its own. */
function neededPacks(entries: readonly ListedEntry[]): (hex: string) => boolean {
  const starts = new Set<string>();
  for (const { key } of entries) {
    const name = readEntryName(key);
    if (name?.kind !== 'index') continue;
    if (name.packs === undefined) return () => true;
    for (const start of name.packs) starts.add(start);
  }
  return (hex) => [...starts].some((start) => hex.startsWith(start));
}
