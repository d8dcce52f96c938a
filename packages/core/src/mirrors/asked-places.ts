import { optional } from '../json/json.ts';
import { type Digest, type ImageReference, sameRepository } from '../reference/index.ts';
import type { MirrorRules } from './model.ts';
import { mirrorName } from './prefix.ts';
import { relocated } from './relocation.ts';
import { type Endpoint, formatOrigin, type Route, routeFor } from './route.ts';

/** A repository where an image is looked for, for messages. */
export interface AskedPlace {
  /** In full: `registry.example/mirror/docker.io/library/busybox`. */
  readonly name: string;
  /** Absent: by tag. */
  readonly digest?: Digest;
  /** What leads there: `registry-prefix`, or a rule's origin (`formatOrigin`). Absent: the image's own name. */
  readonly origin?: string;
}

/** Where the rules have an image looked for, in this order; none where they forbid all. */
export function askedPlaces(rules: MirrorRules, reference: ImageReference): readonly AskedPlace[] {
  const route = routeFor(rules, reference);
  return route.endpoints.map((endpoint) => ({
    name: mirrorName(endpoint.reference.repository),
    ...optional('digest', reference.kind === 'digest' ? reference.digest : undefined),
    ...optional('origin', originOf(endpoint, rules, route, reference)),
  }));
}

function originOf(
  { reference: { repository } }: Endpoint,
  { prefix }: MirrorRules,
  { rule }: Route,
  reference: ImageReference,
): string | undefined {
  const copy = prefix === undefined ? undefined : relocated(reference, prefix);
  if (copy !== undefined && sameRepository(copy.repository, repository)) return 'registry-prefix';
  return sameRepository(reference.repository, repository) ? undefined : formatOrigin(rule?.place);
}
