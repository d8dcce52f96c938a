import { createHash } from 'node:crypto';

/**
 * Whose cache it is. Caches are shared by builds for which all of this is the same, whatever tags they make; an index says it in full,
 * so that one which was copied elsewhere is recognised.
 */
export interface CacheIdentity {
  /** The image's repository with its registry: `ghcr.io/org/app`. */
  readonly repository: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** The builder's name without tag and digest: a newer builder may use what the older one cached. */
  readonly builder: string;
  /** The CNB user, which owns everything in a layer. */
  readonly uid: number;
  readonly gid: number;
  /** Which runs share it, in the words of the CI's adapter: the default branch, a protected one, a pull request. */
  readonly scope: string;
  /** What the user added (`cache-suffix`). */
  readonly suffix: string;
}

export function isSameIdentity(a: CacheIdentity, b: CacheIdentity): boolean {
  return textOf(a) === textOf(b);
}

/** The identity's fields in the order in which the format has them. */
export function identityFields(identity: CacheIdentity): CacheIdentity {
  const { repository, platform, builder, uid, gid, scope, suffix } = identity;
  return { repository, platform, builder, uid, gid, scope, suffix };
}

/** The name of an identity in stores: 32 hexadecimal digits. */
export function identityKey(identity: CacheIdentity): string {
  return createHash('sha256').update(textOf(identity)).digest('hex').slice(0, 32);
}

function textOf(identity: CacheIdentity): string {
  return JSON.stringify(identityFields(identity));
}
