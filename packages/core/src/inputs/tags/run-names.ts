import { orderTags } from './order.ts';
import { readRunRef } from './run-ref.ts';
import type { TagFacts } from './facts.ts';

/** What rules find a run to be of. A CI names one ref; a checkout can be of a branch and of tags at once. */
export interface RunNames {
  readonly branch?: { readonly name: string; readonly isDefault: boolean };
  /** The one that speaks for the commit first. */
  readonly tags: readonly string[];
  /** The number of a pull or merge request. */
  readonly request?: string;
}

/** By the ref of the run; where nobody names one, by what is checked out. */
export function readRunNames(facts: TagFacts): RunNames {
  const ref = readRunRef(facts);
  switch (ref.kind) {
    case 'branch':
      return { branch: ref, tags: [] };
    case 'tag':
      return { tags: [ref.name] };
    case 'request':
      return { tags: [], request: ref.number };
    case 'none':
      return namesOfHead(facts);
  }
}

function namesOfHead({ head, isDefaultBranch, defaultBranch }: TagFacts): RunNames {
  if (head === undefined || 'unreadable' in head) return { tags: [] };
  const tags = orderTags(head.tags);
  const { branch: name } = head;
  return name === undefined
    ? { tags }
    : { tags, branch: { name, isDefault: isDefaultBranch ?? name === defaultBranch } };
}
