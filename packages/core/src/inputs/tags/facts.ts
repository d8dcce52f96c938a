import type { CiFacts } from '../trust.ts';

/** What rules are expanded with. */
export interface TagFacts extends Omit<CiFacts, 'trust'> {
  /** Milliseconds since 1970. */
  readonly now: number;
}
