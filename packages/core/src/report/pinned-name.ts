import type { PinnedName } from './result.ts';

/** `name:tag@digest`, with the one digest that was used: a name may have that of an index, which a lock or a user gave. */
export function pinnedName({ name, digest }: PinnedName): string {
  return `${name.replace(/@sha256:[0-9a-f]{64}$/, '')}@${digest}`;
}
