import { BuildpacksError } from '../errors/index.ts';
import {
  type Digest,
  familiarReference,
  type ImageReference,
  type Repository,
  sameRepository,
} from '../reference/index.ts';
import type { MirrorRules } from './model.ts';
import { mirrorName } from './prefix.ts';
import { type Endpoint, formatOrigin, type Route, routeFor, type SkippedEndpoint } from './route.ts';

/**
 * The endpoints to pull a reference from, in the order in which they are tried; never empty. Only for pulls: what is pushed goes where
 * the user said.
 *
 * For a tag these are the endpoints that may resolve it. Who then reads by digest keeps to the endpoint that answered and falls back to
 * the endpoints of the digest.
 *
 * @throws BuildpacksError `policy` when the rules leave none
 * @throws InputError when the rule turns the reference into something that is none
 */
export function endpointsFor(rules: MirrorRules, reference: ImageReference): readonly [Endpoint, ...Endpoint[]] {
  const route = routeFor(rules, reference);
  const [first, ...others] = route.endpoints;
  if (first === undefined) throw refusal(route, reference);
  return [first, ...others];
}

/**
 * The endpoints that may have a blob: those of its digest, then those of tags, since the image that it belongs to may have been resolved
 * by one, in another process perhaps, and content is its own proof.
 *
 * @throws as `endpointsFor`
 */
export function blobEndpointsFor(
  rules: MirrorRules,
  repository: Repository,
  digest: Digest,
): readonly [Endpoint, ...Endpoint[]] {
  const wanted = { kind: 'digest', repository, digest } as const;
  const byDigest = routeFor(rules, wanted).endpoints;
  const byTag = routeFor(rules, { kind: 'tag', repository, tag: 'latest' }).endpoints.map((endpoint) => ({
    ...endpoint,
    reference: { ...wanted, repository: endpoint.reference.repository },
  }));
  const isNew = ({ reference }: Endpoint) =>
    !byDigest.some((known) => sameRepository(known.reference.repository, reference.repository));
  const [first, ...others] = [...byDigest, ...byTag.filter(isNew)];
  return first === undefined ? endpointsFor(rules, wanted) : [first, ...others];
}

function refusal({ rule, skipped }: Route, reference: ImageReference): BuildpacksError {
  const name = `"${familiarReference(reference)}" may not be pulled`;
  const outside = skipped.find(({ reason }) => reason === 'offline');
  if (outside !== undefined) return offlineRefusal(name, outside, reference);
  const origin = `"${rule?.prefix ?? ''}" (${formatOrigin(rule?.place)})`;
  const others = skipped.filter(({ reason }) => reason !== 'blocked');
  if (others.length === 0) {
    return new BuildpacksError('policy', `${name}: the rule for ${origin} blocks it`, {
      hint: 'Use an image from a registry that is allowed, or let the rule name a mirror.',
    });
  }
  const kind = reference.kind === 'tag' ? 'resolve tags' : 'serve digests';
  return new BuildpacksError('policy', `${name}: the rule for ${origin} leaves no server that may ${kind}`, {
    hint:
      reference.kind === 'tag' ? 'Name the image by digest: NAME@sha256:….' : 'Let the rule name a mirror for digests.',
  });
}

function offlineRefusal(what: string, outside: SkippedEndpoint, reference: ImageReference): BuildpacksError {
  const hostOf = (name: string) => name.split('/', 1).join('');
  const host = hostOf(outside.name);
  return new BuildpacksError(
    'policy',
    `${what}: with offline only hosts that the inputs name are reached, and ${host} is none of them`,
    {
      hint: `Give the mirror that has it, ${hostOf(mirrorName(reference.repository))}=HOST[/PATH] in registry-mirrors, a file in registries-conf, or the place of all copies in registry-prefix. If ${host} is in the closed network, name it in offline-hosts.`,
    },
  );
}
