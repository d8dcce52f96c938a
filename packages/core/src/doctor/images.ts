import type { ExplainedCredentials } from '../auth/index.ts';
import { BuildpacksError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import {
  type Endpoint,
  formatOrigin,
  mirrorName,
  type MirrorRules,
  routeFor,
  type SkippedEndpoint,
} from '../mirrors/index.ts';
import { familiarReference, type Repository } from '../reference/index.ts';
import type { CredentialFacts, EndpointFacts, ImageFacts, ImagePurpose } from './report.ts';
import type { Subject } from './subjects.ts';

/** The servers that are asked for an image, in their order. What is written goes where the user said, past all mirrors. */
export function endpointsOf({ purpose, reference }: Subject, rules: MirrorRules): readonly Endpoint[] {
  if (!isOurs(purpose)) return routeFor(rules, reference).endpoints;
  return [{ role: 'source', reference, resolvesTags: true, insecure: false }];
}

/** Whether it is written to, and so read past mirrors as well. */
function isOurs(purpose: ImagePurpose): boolean {
  return purpose === 'destination' || purpose === 'cache';
}

/** A cache has tags of its own. */
function nameOf({ purpose, reference }: Subject): string {
  return purpose === 'cache' ? mirrorName(reference.repository) : familiarReference(reference);
}

/** Says for an image who is asked for it, in which order, and who we are to each. */
export async function describeImage(
  subject: Subject,
  rules: MirrorRules,
  credentials: ExplainedCredentials,
): Promise<ImageFacts> {
  const { purpose, reference } = subject;
  const { rule, skipped } = isOurs(purpose) ? { rule: undefined, skipped: [] } : routeFor(rules, reference);
  const endpoints = endpointsOf(subject, rules);
  return {
    purpose,
    name: nameOf(subject),
    ...optional('rule', rule && { prefix: rule.prefix, origin: formatOrigin(rule.place) }),
    endpoints: await Promise.all(
      endpoints.map((endpoint) => describeEndpoint({ purpose, reference: endpoint.reference }, endpoint, credentials)),
    ),
    skipped: skipped.map(({ role, name, reason }) => ({ name, why: reasonOf(role, reason) })),
  };
}

async function describeEndpoint(
  asked: Subject,
  endpoint: Endpoint,
  credentials: ExplainedCredentials,
): Promise<EndpointFacts> {
  const { role, reference, resolvesTags, insecure, namespace, server } = endpoint;
  return {
    role: role === 'mirror' ? 'mirror' : 'registry',
    name: nameOf(asked),
    notes: [
      ...(resolvesTags ? [] : ['for digests only']),
      ...(insecure ? ['insecure'] : []),
      ...(namespace === undefined ? [] : [`asked on behalf of ${namespace}`]),
      ...(server?.apiRoot === undefined ? [] : [`its API is at ${server.apiRoot}`]),
    ],
    credential: await describeCredential(reference.repository, credentials),
  };
}

/** A broken file or helper is told here; the build would end with it. */
async function describeCredential(repository: Repository, credentials: ExplainedCredentials): Promise<CredentialFacts> {
  try {
    const found = await credentials.explain(repository);
    if (found === undefined) return { kind: 'anonymous' };
    const { source, key, helper, kind, username = '' } = found;
    const origin = { source, ...optional('key', key), ...optional('helper', helper) };
    return kind === 'basic' ? { kind, username, ...origin } : { kind, ...origin };
  } catch (error) {
    if (error instanceof BuildpacksError) return { kind: 'unreadable', problem: error.message };
    throw error;
  }
}

function reasonOf(role: SkippedEndpoint['role'], reason: SkippedEndpoint['reason']): string {
  const subject = role === 'mirror' ? 'this mirror' : 'the registry';
  switch (reason) {
    case 'blocked':
      return `${subject} is blocked`;
    case 'digest-only':
      return `${subject} may not resolve tags`;
    case 'tag-only':
      return `${subject} is for tags only`;
    case 'offline':
      return `${subject} is not reached offline`;
  }
}
