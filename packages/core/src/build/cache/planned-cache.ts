import type { CacheIdentity } from '../../cache/index.ts';
import type { BuildRequest, CacheStoreLocation } from '../../inputs/request.ts';
import { formatRepository } from '../../reference/index.ts';
import { formatPlatform } from '../../image/platform.ts';

/** Which caches a build uses: data only. Keys are not in it. */
export interface PlannedCache {
  /** Asked in this order. */
  readonly stores: readonly CacheStoreLocation[];
  /** Whose cache is written. */
  readonly identity: CacheIdentity;
  /** Whose caches are read, best first; none when the build is to do without. */
  readonly candidates: readonly CacheIdentity[];
  readonly write: boolean;
  readonly maxBytes: number;
  /** Whether those who read it want it signed: without a key nothing is saved. */
  readonly signed: boolean;
}

/** Of the builder and of who the lifecycle runs as. */
export interface CacheSubject {
  /** As the plan names it. */
  readonly builder: string;
  readonly user: { readonly uid: number; readonly gid: number };
}

/** Caches are not shared between images, platforms, builders and users (`docs/design.md`, section 5). */
export function plannedCache(request: BuildRequest, { builder, user }: CacheSubject): PlannedCache | undefined {
  const { mode, clear, stores, suffix, maxBytes, scopes, verifyKeys } = request.cache;
  if (mode === 'off' || stores.length === 0) return undefined;
  const [image] = request.destinations;
  const identityOf = (scope: string): CacheIdentity => ({
    repository: image === undefined ? request.app.path : formatRepository(image.repository),
    platform: formatPlatform(request.platform),
    builder: withoutVersion(builder),
    uid: user.uid,
    gid: user.gid,
    scope,
    suffix,
  });
  return {
    stores,
    identity: identityOf(scopes.own),
    candidates: clear ? [] : scopes.read.map(identityOf),
    write: mode === 'write',
    maxBytes,
    signed: verifyKeys.length > 0,
  };
}

/** A newer builder may use what the older one cached: a name without tag and digest. */
function withoutVersion(builder: string): string {
  return builder.replace(/@sha256:[0-9a-f]{64}$/, '').replace(/:[A-Za-z0-9_][A-Za-z0-9._-]*$/, '');
}
