import type { GitHead } from '../git/index.ts';

/**
 * How far the code that started a run is trusted; each adapter derives it from its CI's event.
 *
 * - `trusted`: a push, tag, schedule or manual run; a protected ref on GitLab.
 * - `unprotected`: a branch that people with less than full rights may push to; its cache must not reach others.
 * - `untrusted`: a pull or merge request, anything started by an outsider, and every event that is not known.
 */
export type TrustLevel = 'trusted' | 'unprotected' | 'untrusted';

/** What is known about a run: by its CI, or where none tells by inputs and Git (`readRunFacts`). */
export interface CiFacts {
  readonly trust: TrustLevel;
  /** The full ref (`refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge`) or a branch's bare name. */
  readonly ref?: string;
  /** The ref that a pull or merge request is to be merged into. */
  readonly baseRef?: string;
  /** The default branch's bare name. */
  readonly defaultBranch?: string;
  /** Wins over comparing `ref` with `defaultBranch`. */
  readonly isDefaultBranch?: boolean;
  readonly sha?: string;
  /** When the commit was made, seconds since 1970. */
  readonly commitTime?: number;
  /** The address that the repository is cloned from, without credentials: for a machine that has no Git. */
  readonly repository?: string;
  /** A schedule has started the run. */
  readonly scheduled?: boolean;
  /** What is checked out, or why that is not known: tag rules go by it, and nothing else, where no `ref` tells what the run is of. */
  readonly head?: GitHead | { readonly unreadable: string };
}

/** The inputs that the decision depends on. */
export interface TrustInputs {
  readonly trust: 'auto' | 'trusted' | 'untrusted';
  readonly publish: 'auto' | 'true' | 'false';
  readonly cache: 'auto' | 'off' | 'false' | 'read' | 'write';
}

/** What project.toml may decide in this run. */
export interface ProjectTomlRights {
  readonly builder: boolean;
  /** Buildpacks that are neither on the builder nor in the app. */
  readonly foreignBuildpacks: boolean;
}

/** What this run may do. */
export interface TrustDecision {
  readonly level: TrustLevel;
  readonly publish: boolean;
  readonly cacheMode: 'off' | 'read' | 'write';
  readonly projectTomlMay: ProjectTomlRights;
  /** Whether parts of this machine may be mounted into the build. */
  readonly volumes: boolean;
  /** Whether a lock that is in the checkout may say which digests are used. */
  readonly lockOfCheckout: boolean;
  readonly notices: readonly string[];
}

/** The table "What a run may do" of `docs/inputs.md`, as one pure function. */
export function decideTrust(facts: Pick<CiFacts, 'trust'>, inputs: TrustInputs): TrustDecision {
  const level = inputs.trust === 'auto' ? facts.trust : inputs.trust;
  const trusted = level !== 'untrusted';
  const cache = decideCache(inputs.cache, level);
  return {
    level,
    publish: inputs.publish === 'auto' ? trusted : inputs.publish === 'true',
    cacheMode: cache.mode,
    projectTomlMay: { builder: trusted, foreignBuildpacks: trusted },
    volumes: trusted,
    lockOfCheckout: trusted,
    notices: [
      ...(facts.trust === 'untrusted' && inputs.trust === 'trusted'
        ? ['trust: this run was started by something untrusted; the input "trusted" overrides that']
        : []),
      ...cache.notices,
    ],
  };
}

function decideCache(
  asked: TrustInputs['cache'],
  level: TrustLevel,
): { mode: TrustDecision['cacheMode']; notices: readonly string[] } {
  switch (asked) {
    case 'off':
    case 'false':
      return { mode: 'off', notices: [] };
    case 'read':
      return { mode: 'read', notices: [] };
    case 'auto':
      return { mode: level === 'untrusted' ? 'read' : 'write', notices: [] };
    case 'write':
      if (level !== 'untrusted') return { mode: 'write', notices: [] };
      return { mode: 'read', notices: ['cache: an untrusted run never writes to the cache; it is only read'] };
  }
}
