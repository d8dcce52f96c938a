import type { CiFacts } from '../trust.ts';
import { readRunRef } from './run-ref.ts';
import { tagSlug } from './slug.ts';

/** `latest` on the default branch and where no ref is known, else the ref as a tag (`pr-7` for a pull or merge request). */
export function defaultTag(facts: Pick<CiFacts, 'ref' | 'defaultBranch' | 'isDefaultBranch'>): string {
  const ref = readRunRef(facts);
  switch (ref.kind) {
    case 'none':
      return 'latest';
    case 'request':
      return `pr-${ref.number}`;
    case 'tag':
      return ownTag(ref.name);
    case 'branch':
      return ref.isDefault ? 'latest' : ownTag(ref.name);
  }
}

/** A branch that is called "latest" must not move the default branch's tag. */
function ownTag(name: string): string {
  const slug = tagSlug(name);
  if (slug === 'latest') return 'ref-latest';
  return slug === '' ? 'ref' : slug;
}
