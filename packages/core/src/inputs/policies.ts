import type { Problems } from '../errors/problems.ts';
import { parsePolicySource, type PolicySource, type PolicySurroundings } from '../policy/index.ts';
import type { InputReader } from './reader.ts';

/** The input `policy`; what is wrong with one of its items is noted. */
export function readPolicies(
  reader: InputReader,
  surroundings: PolicySurroundings,
  problems: Problems,
): readonly PolicySource[] {
  return reader.list('policy').flatMap((text) => problems.attempt(() => [parsePolicySource(text, surroundings)]) ?? []);
}
