import { familiarReference, formatReference, type ImageReference } from '../reference/index.ts';
import type { MirrorRules } from './model.ts';
import { mirrorName } from './prefix.ts';
import { type Endpoint, formatOrigin, routeFor, type SkippedEndpoint } from './route.ts';

/**
 * Says for one reference what will be tried, in which order, and why, one line each. A refusal is told, not thrown.
 *
 * @throws InputError when the rule turns the reference into something that is none
 */
export function explainRoute(rules: MirrorRules, reference: ImageReference): readonly string[] {
  const { rule, endpoints, skipped } = routeFor(rules, reference);
  const name = familiarReference(reference);
  const found =
    rule === undefined
      ? `${name}: no mirror rule matches "${mirrorName(reference.repository)}"`
      : `${name}: the rule for "${rule.prefix}" (${formatOrigin(rule.place)}) is the most specific one`;
  return [
    found,
    ...endpoints.map((endpoint, index) => `${index + 1}. ${describe(endpoint)}`),
    ...(endpoints.length === 0 ? ['refused: nothing is left to ask'] : []),
    ...skipped.map((endpoint) => `not asked: ${endpoint.name}, ${reasonOf(endpoint)}`),
  ];
}

function describe(endpoint: Endpoint): string {
  const facts = [
    endpoint.role === 'mirror' ? 'a mirror' : 'the source itself',
    ...(endpoint.resolvesTags ? [] : ['for digests only']),
    ...(endpoint.insecure ? ['insecure'] : []),
    ...(endpoint.namespace === undefined ? [] : [`asked on behalf of ${endpoint.namespace}`]),
    ...(endpoint.server?.apiRoot === undefined ? [] : [`its API is at ${endpoint.server.apiRoot}`]),
  ];
  return `${nameOf(endpoint.reference)}, ${facts.join(', ')}`;
}

function reasonOf({ role, reason }: SkippedEndpoint): string {
  const subject = role === 'mirror' ? 'this mirror' : 'the source';
  switch (reason) {
    case 'blocked':
      return `${subject} is blocked`;
    case 'digest-only':
      return `${subject} may not resolve tags`;
    case 'tag-only':
      return `${subject} is for tags only`;
  }
}

/** Docker Hub by the name that the rules have for it. */
function nameOf(reference: ImageReference): string {
  const long = formatReference(reference);
  return (
    mirrorName(reference.repository) +
    long.slice(`${reference.repository.registry}/${reference.repository.path}`.length)
  );
}
