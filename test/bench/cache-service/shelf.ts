import { maySee, type TokenScope } from './tokens.ts';

/** A file of the store's, of which an entry's content is made. */
export interface Part {
  readonly file: string;
  readonly size: number;
}

export interface CacheEntry {
  readonly id: number;
  readonly key: string;
  readonly version: string;
  readonly scope: string;
  /** Whether others may find it. */
  isComplete: boolean;
  parts: readonly Part[];
}

/** What a client looks for. */
export interface Wanted {
  readonly keys: readonly string[];
  readonly version: string;
}

/** The entries of a repository. They never change once they are complete, and there is one for each key, version and scope. */
export class Shelf {
  readonly entries: CacheEntry[] = [];
  #next = 1;

  /** Undefined when there is one. */
  reserve(entry: Pick<CacheEntry, 'key' | 'version' | 'scope'>): CacheEntry | undefined {
    const { key, version, scope } = entry;
    if (this.find(entry) !== undefined) return undefined;
    const reserved = { id: this.#next++, key, version, scope, isComplete: false, parts: [] };
    this.entries.push(reserved);
    return reserved;
  }

  find({ key, version, scope }: Pick<CacheEntry, 'key' | 'version' | 'scope'>): CacheEntry | undefined {
    return this.entries.find((entry) => entry.key === key && entry.version === version && entry.scope === scope);
  }

  byId(id: number): CacheEntry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  /**
   * The first match, one scope after the other: the first key itself, then what begins with it, then what begins with one of the
   * others; the newest of several.
   */
  match({ keys, version }: Wanted, scopes: readonly TokenScope[]): CacheEntry | undefined {
    for (const { Scope } of scopes.filter(maySee)) {
      const seen = this.entries.filter(
        (entry) => entry.scope === Scope && entry.version === version && entry.isComplete,
      );
      const exact = seen.find(({ key }) => key === keys[0]);
      if (exact !== undefined) return exact;
      for (const wanted of keys) {
        const found = seen.findLast(({ key }) => key.startsWith(wanted));
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  evict(isGone: (entry: CacheEntry) => boolean): void {
    for (const entry of this.entries.filter(isGone)) this.entries.splice(this.entries.indexOf(entry), 1);
  }
}

export function sizeOf({ parts }: Pick<CacheEntry, 'parts'>): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}
