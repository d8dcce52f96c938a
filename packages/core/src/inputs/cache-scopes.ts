import { optional } from '../json/json.ts';
import type { CiFacts, TrustLevel } from './trust.ts';

/** Which runs share a cache. Part of its identity: what one scope has written another one reads only if it is meant to. */
export interface CacheScopes {
  /** What this run writes. */
  readonly own: string;
  /** What it reads, best first. */
  readonly read: readonly string[];
}

const DEFAULT = 'default';
const PULL_REQUEST = /^refs\/(?:pull|merge-requests)\/(\d+)\//;

/**
 * The scopes of a run: this branch, the branch that it is to be merged into, the default branch. A trusted run never reads what a less
 * trusted one has written.
 */
export function cacheScopes(
  facts: Pick<CiFacts, 'ref' | 'baseRef' | 'defaultBranch' | 'isDefaultBranch'>,
  level: TrustLevel,
): CacheScopes {
  const { baseRef, defaultBranch } = facts;
  const base =
    baseRef === undefined ? [] : [trustedScope({ ref: baseRef, ...optional('defaultBranch', defaultBranch) })];
  const shared = [...base, DEFAULT];
  switch (level) {
    case 'trusted': {
      const own = trustedScope(facts);
      return { own, read: unique([own, ...shared]) };
    }
    case 'unprotected': {
      const own = `unprotected ${facts.ref === undefined ? '' : bareName(facts.ref)}`.trim();
      return { own, read: unique([own, ...shared]) };
    }
    // It writes nothing, so that there is nothing of its own to be read.
    case 'untrusted': {
      const [, number] = PULL_REQUEST.exec(facts.ref ?? '') ?? [];
      return { own: number === undefined ? 'untrusted' : `pull ${number}`, read: unique(shared) };
    }
  }
}

/** Of a protected ref. Without facts it is the default branch's: whoever starts the command line has one cache. */
function trustedScope({ ref, defaultBranch, isDefaultBranch }: Parameters<typeof cacheScopes>[0]): string {
  if (ref === undefined) return DEFAULT;
  if (ref.startsWith('refs/tags/')) return 'tags';
  const name = bareName(ref);
  return (isDefaultBranch ?? name === defaultBranch) ? DEFAULT : `branch ${name}`;
}

function bareName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|tags)\//, '');
}

function unique(scopes: readonly string[]): readonly string[] {
  return [...new Set(scopes)];
}
