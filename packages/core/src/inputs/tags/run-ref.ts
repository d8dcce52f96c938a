import type { CiFacts } from '../trust.ts';

/** What a run is of. */
export type RunRef =
  | { readonly kind: 'branch'; readonly name: string; readonly isDefault: boolean }
  | { readonly kind: 'tag'; readonly name: string }
  /** A pull or merge request. */
  | { readonly kind: 'request'; readonly number: string }
  /** Outside of a CI. */
  | { readonly kind: 'none' };

/** Reads the ref of a run; a bare name is a branch's. */
export function readRunRef({
  ref,
  defaultBranch,
  isDefaultBranch,
}: Pick<CiFacts, 'ref' | 'defaultBranch' | 'isDefaultBranch'>): RunRef {
  if (ref === undefined) return { kind: 'none' };
  const request = /^refs\/(?:pull|merge-requests)\/(\d+)\//.exec(ref)?.[1];
  if (request !== undefined) return { kind: 'request', number: request };
  if (ref.startsWith('refs/tags/')) return { kind: 'tag', name: ref.slice('refs/tags/'.length) };
  const name = ref.replace(/^refs\/heads\//, '');
  return { kind: 'branch', name, isDefault: isDefaultBranch ?? name === defaultBranch };
}
