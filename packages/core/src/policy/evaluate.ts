import { optional } from '../json/json.ts';
import type { PolicyFacts } from './facts.ts';
import type { Policy, Violation } from './policy.ts';

/** What policies say to some facts. */
export interface Judgement {
  readonly violations: readonly Violation[];
  /** Names of rules whose facts are not known, in order, each once. */
  readonly unjudged: readonly string[];
}

/** Judges by all rules of all policies: pure. */
export function evaluate(policies: readonly Policy[], facts: PolicyFacts): Judgement {
  const unjudged = new Set<string>();
  const violations = policies.flatMap((policy) =>
    policy.rules.flatMap(({ name, place, message: advice, judge }): readonly Violation[] => {
      const found = judge(facts);
      if (found === undefined) unjudged.add(name);
      return (found ?? []).map((message) => ({
        policy: policy.name,
        rule: name,
        place,
        message,
        ...optional('advice', advice),
      }));
    }),
  );
  return { violations, unjudged: [...unjudged] };
}
