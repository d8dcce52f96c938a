import { InputError, type Place } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import { formatReference, type ImageReference, parseReference, sameRepository } from '../reference/index.ts';
import {
  type MirrorRule,
  type MirrorRules,
  type MirrorTarget,
  type ServerSettings,
  UNCHANGED_SOURCE,
} from './model.ts';
import { insecureHosts } from './servers.ts';
import { relocated } from './relocation.ts';
import { ANY_REGISTRY, isWildcard, matchPrefix, mirrorName, rewriteName } from './prefix.ts';

/** One server to ask for an image. */
export interface Endpoint {
  readonly role: 'mirror' | 'source';
  /**
   * What to ask for, with the tag or digest that was wanted. Credentials are looked up for this repository and no other, so those of
   * the registry that the user named never reach a mirror on another host.
   */
  readonly reference: ImageReference;
  /** Whether this endpoint's word counts for what a tag is. */
  readonly resolvesTags: boolean;
  /** Plain http, or TLS with any certificate. */
  readonly insecure: boolean;
  /** To be sent as the query parameter `ns`. */
  readonly namespace?: string;
  readonly server?: ServerSettings;
}

/** An endpoint that is not asked, and why. */
export interface SkippedEndpoint {
  readonly role: 'mirror' | 'source';
  /** For messages: its location, or the name that it has for the image. */
  readonly name: string;
  readonly reason: 'digest-only' | 'tag-only' | 'blocked' | 'offline';
}

/** What the rules make of one reference. */
export interface Route {
  /** The rule that counts; absent when none matches. */
  readonly rule?: MirrorRule;
  /** In the order in which they are tried. */
  readonly endpoints: readonly Endpoint[];
  readonly skipped: readonly SkippedEndpoint[];
}

/**
 * The copy below `registry-prefix`, then the rule with the longest prefix (`containers-registries.conf(5)`): its mirrors in order, and the
 * source. An endpoint that a rule of its own blocks, or that is not in the closed network, is skipped, and none is asked twice. It is insecure when any rule says so of exactly its
 * host and port.
 *
 * @throws InputError when the rule turns the reference into something that is none
 */
export function routeFor(rules: MirrorRules, reference: ImageReference): Route {
  const rule = findRule(rules, mirrorName(reference.repository));
  const targets = [
    ...(rule?.mirrors ?? []).map((target) => ({ role: 'mirror' as const, target })),
    { role: 'source' as const, target: rule?.source ?? UNCHANGED_SOURCE },
  ];
  const insecure = insecureHosts(rules);
  const endpoints: Endpoint[] = [];
  const skipped: SkippedEndpoint[] = [];
  const offer = (endpoint: Omit<Endpoint, 'insecure'>) => {
    const { role, reference: physical } = endpoint;
    const reason = obstacle(endpoint, rules, rule);
    if (reason === undefined) endpoints.push({ ...endpoint, insecure: insecure.has(physical.repository.registry) });
    else skipped.push({ role, name: mirrorName(physical.repository), reason });
  };
  const copy = rules.prefix === undefined ? undefined : relocated(reference, rules.prefix);
  if (copy !== undefined) offer({ role: 'mirror', reference: copy, resolvesTags: true });
  for (const { role, target } of targets) {
    const scope = outOfScope(target, reference);
    if (scope !== undefined) {
      skipped.push({ role, name: target.location || mirrorName(reference.repository), reason: scope });
      continue;
    }
    offer({
      role,
      reference: rule === undefined ? reference : rewrite(reference, rule, target),
      resolvesTags: target.scope !== 'digest-only',
      ...optional('namespace', namespaceOf(target, reference)),
      ...optional('server', target.server),
    });
  }
  return { ...optional('rule', rule), endpoints: withoutRepeats(endpoints), skipped };
}

/** Why an endpoint is not asked; undefined when it may be. */
function obstacle(
  { role, reference: { repository } }: Pick<Endpoint, 'role' | 'reference'>,
  rules: MirrorRules,
  rule: MirrorRule | undefined,
): 'blocked' | 'offline' | undefined {
  if ((role === 'source' && rule?.blocked === true) || isBlocked(rules, mirrorName(repository))) return 'blocked';
  return rules.reaches?.(repository.registry) === false ? 'offline' : undefined;
}

/** Nobody is asked for the same twice, but for a source that comes after others: its word on what does not exist is the last. */
function withoutRepeats(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const kept: Endpoint[] = [];
  for (const endpoint of endpoints) {
    if (endpoint.role === 'source') {
      const [last] = kept.slice(-1);
      if (last !== undefined && asksTheSame(last, endpoint)) kept.pop();
      kept.push(endpoint);
    } else if (!kept.some((known) => asksTheSame(known, endpoint))) {
      kept.push(endpoint);
    }
  }
  return kept;
}

function asksTheSame(a: Endpoint, b: Endpoint): boolean {
  return (
    sameRepository(a.reference.repository, b.reference.repository) &&
    a.namespace === b.namespace &&
    schemeOf(a) === schemeOf(b) &&
    a.server?.apiRoot === b.server?.apiRoot
  );
}

function schemeOf({ server, insecure }: Endpoint): 'http' | 'https' | 'either' {
  return server?.scheme ?? (insecure ? 'either' : 'https');
}

/** The rule with the longest prefix that matches a name. Of two as long, the first in the order of their characters, as in Podman. */
export function findRule({ rules }: MirrorRules, name: string): MirrorRule | undefined {
  let best: MirrorRule | undefined;
  for (const rule of rules) {
    if (matchPrefix(name, rule.prefix) === undefined) continue;
    const longer = weight(rule) - (best === undefined ? 0 : weight(best));
    if (best === undefined || longer > 0 || (longer === 0 && rule.prefix < best.prefix)) best = rule;
  }
  return best;
}

function weight({ prefix }: MirrorRule): number {
  return prefix === ANY_REGISTRY ? 0 : prefix.length;
}

/** Where a rule is written, for people: `registries.conf:3`, or the input that has it. */
export function formatOrigin(place: Place | undefined): string {
  if (place === undefined) return 'registry-mirrors';
  return place.line === undefined ? place.file : `${place.file}:${place.line}`;
}

/** The rule for all other registries is for those that users name, not for the mirrors. */
function isBlocked(rules: MirrorRules, name: string): boolean {
  const own = findRule(rules, name);
  return own?.blocked === true && own.prefix !== ANY_REGISTRY;
}

function namespaceOf({ namespace }: MirrorTarget, { repository }: ImageReference): string | undefined {
  return namespace === ANY_REGISTRY ? mirrorName(repository).split('/', 1)[0] : namespace;
}

function outOfScope({ scope }: MirrorTarget, { kind }: ImageReference): 'digest-only' | 'tag-only' | undefined {
  return scope === 'all' || scope === `${kind}-only` ? undefined : scope;
}

function rewrite(reference: ImageReference, rule: MirrorRule, { location }: MirrorTarget): ImageReference {
  if (location === '') return reference;
  const name = mirrorName(reference.repository);
  const rewritten = rewriteName(name, rule.prefix, location);
  if (rewritten === undefined) throw unusable(reference, rule, location);
  return { ...reference, repository: parseReference(rewritten).repository };
}

function unusable(reference: ImageReference, { prefix, place }: MirrorRule, location: string): InputError {
  return new InputError([
    {
      input: place === undefined ? 'registry-mirrors' : 'registries-conf',
      message: `"${location}" in the place of "${prefix}" makes no image reference of "${formatReference(reference)}"`,
      hint: isWildcard(prefix)
        ? 'Give the mirror a location without a path, or a rule for this host and port.'
        : 'The prefix must end before the last part of the path; a registry on another port needs a rule of its own.',
      ...optional('place', place),
    },
  ]);
}
