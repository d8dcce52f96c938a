import { loadPolicies, type Policy, requireAllowed } from '../../policy/index.ts';
import type { Ports } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { type BuildFacts, requestFacts } from './request-facts.ts';

/** The policies of one build. */
export interface PolicyGuard {
  readonly policies: readonly Policy[];
  /**
   * Gives the facts back, as they are to be recorded.
   *
   * @throws PolicyError when they break a rule
   */
  readonly admit: (facts: BuildFacts) => BuildFacts;
}

export interface GuardContext {
  readonly registry: RegistryReader;
  readonly ports: Pick<Ports, 'network' | 'machine' | 'clock' | 'log'>;
  /** Somebody else runs the lifecycle: whether the build is hermetic can't be vouched for. */
  readonly runsElsewhere?: boolean;
}

/**
 * Reads the policies and judges what is asked for, before any other question to a registry.
 *
 * @throws PolicyError; InputError when a policy can't be had
 */
export async function guardRequest(request: CompleteRequest, context: GuardContext): Promise<PolicyGuard> {
  const { ports, runsElsewhere = false } = context;
  const policies = await loadPolicies(request.policies, context);
  for (const { name, digest } of policies) ports.log.info(`policy ${name} (${digest})`);
  const admit = (facts: BuildFacts): BuildFacts => {
    const vouched = runsElsewhere ? { ...facts, hermetic: false } : facts;
    requireAllowed('the build', policies, { ...vouched, now: ports.clock.now() });
    return vouched;
  };
  admit(requestFacts(request));
  return { policies, admit };
}
