import { distinct, loadPolicies, parsePolicy, type Policy, type PolicySource } from '../../policy/index.ts';
import type { Plan } from '../plan.ts';
import type { Session } from '../session.ts';
import type { BuildFacts } from './request-facts.ts';

/** What the plan hands over: policies that held in PREPARE hold in PUBLISH too, whether its inputs name them or not. */
export interface PlannedPolicy {
  readonly policies: readonly { readonly name: string; readonly text: string }[];
  /** Recorded without a policy as well: PUBLISH may have one of its own. */
  readonly facts: BuildFacts;
}

export function plannedPolicy(policies: readonly Policy[], facts: BuildFacts): PlannedPolicy {
  return { policies: policies.map(({ name, text }) => ({ name, text })), facts };
}

/** Those of the plan, of this stage's inputs and of this machine: a plan can add rules and take none away. */
export async function publishPolicies(
  { policy }: Plan,
  sources: readonly PolicySource[],
  session: Session,
): Promise<readonly Policy[]> {
  const own = await loadPolicies(sources, session);
  return distinct([...own, ...policy.policies.map(({ name, text }) => parsePolicy(text, name))]);
}
