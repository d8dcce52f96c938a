import { BuildpacksError, formatPlace } from '../errors/index.ts';
import type { PolicyFacts } from './facts.ts';
import { evaluate } from './evaluate.ts';
import type { Policy, Violation } from './policy.ts';

/** What policies refuse, all of it together. */
export class PolicyError extends BuildpacksError {
  override readonly name = 'PolicyError';
  readonly violations: readonly Violation[];

  constructor(what: string, violations: readonly Violation[], policies: readonly Policy[]) {
    const count = violations.length === 1 ? 'one rule' : `${violations.length} rules`;
    const help = new Set(policies.flatMap((policy) => policy.help ?? []));
    super('policy', [`${what} breaks ${count} of its policy`, ...violations.flatMap(describeViolation)].join('\n'), {
      hint: help.size > 0 ? [...help].join(' ') : 'Change the build, or ask who owns the policy.',
    });
    this.violations = violations;
  }
}

/** The lines that tell of a violation: rule and place, what is wrong, and the rule's own message. */
export function describeViolation({ rule, place, message, advice }: Violation): readonly string[] {
  return [`- ${formatPlace(place)}${rule}: ${message}`, ...(advice === undefined ? [] : [`  ${advice}`])];
}

/**
 * Requires that every rule holds when nothing more will be known: what can't be judged now would never be.
 *
 * @param what is judged, for the message: `the image`
 * @throws PolicyError with all violations
 */
export function requireHolding(what: string, policies: readonly Policy[], facts: PolicyFacts): void {
  const { violations, unjudged } = evaluate(policies, facts);
  const open = policies.flatMap(({ name: policy, rules }) =>
    rules
      .filter(({ name }) => unjudged.includes(name))
      .map(({ name, place }): Violation => ({ policy, rule: name, place, message: 'what it asks about is not known' })),
  );
  if (violations.length + open.length > 0) throw new PolicyError(what, [...violations, ...open], policies);
}

/**
 * Requires that what is known breaks no rule.
 *
 * @param what is judged, for the message: `the build`
 * @throws PolicyError with all violations
 */
export function requireAllowed(what: string, policies: readonly Policy[], facts: PolicyFacts): void {
  const { violations } = evaluate(policies, facts);
  if (violations.length > 0) throw new PolicyError(what, violations, policies);
}
