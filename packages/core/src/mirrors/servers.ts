import { canonicalRegistry } from '../reference/index.ts';
import type { ClientCertificate, MirrorRule, MirrorRules, MirrorTarget } from './model.ts';
import { ANY_REGISTRY, isWildcard } from './prefix.ts';

/**
 * The registries that the rules call insecure, as exact `host[:port]` in canonical form: what the input insecure-registries would list.
 * A wildcard names no host, so that it makes none insecure.
 */
export function insecureHosts(rules: MirrorRules): ReadonlySet<string> {
  const targets = targetsOf(rules).filter(({ target }) => target.insecure);
  return new Set(targets.flatMap(({ rule, target }) => hostOf(target.location || rule.prefix) ?? []));
}

/**
 * The hosts that the rules name as the places of images, in canonical form with their ports: mirrors, and what takes the place of a
 * registry. A registry that a rule is only about is none of them.
 */
export function servingHosts({ rules, prefix = '' }: MirrorRules): ReadonlySet<string> {
  const locations = rules.flatMap((rule) => {
    const replaced = hostOf(rule.source.location) === hostOf(rule.prefix) ? [] : [rule.source];
    return [...rule.mirrors, ...replaced].map(({ location }) => location);
  });
  return new Set([...locations, prefix].flatMap((location) => hostOf(location) ?? []));
}

/** What a `hosts.toml` gives for TLS with one server. Files are absolute paths. */
export interface ServerTrust {
  /** PEM files, trusted beside the system's certificates. */
  readonly certificateAuthorities: readonly string[];
  readonly clientCertificates: readonly ClientCertificate[];
}

/** The TLS settings of the rules by server, as `host[:port]` in canonical form; those of several rules for one server together. */
export function serverTrust(rules: MirrorRules): ReadonlyMap<string, ServerTrust> {
  const servers = new Map<string, ServerTrust>();
  for (const { target } of targetsOf(rules)) {
    const host = hostOf(target.location);
    const { certificateAuthorities = [], clientCertificates = [] } = target.server ?? {};
    if (host === undefined || certificateAuthorities.length + clientCertificates.length === 0) continue;
    const known = servers.get(host);
    servers.set(host, {
      certificateAuthorities: [...new Set([...(known?.certificateAuthorities ?? []), ...certificateAuthorities])],
      clientCertificates: [...(known?.clientCertificates ?? []), ...clientCertificates],
    });
  }
  return servers;
}

function targetsOf({ rules }: MirrorRules): readonly { readonly rule: MirrorRule; readonly target: MirrorTarget }[] {
  return rules.flatMap((rule) => [...rule.mirrors, rule.source].map((target) => ({ rule, target })));
}

function hostOf(location: string): string | undefined {
  const [host = ''] = location.split('/', 1);
  return host === '' || host === ANY_REGISTRY || isWildcard(host) ? undefined : canonicalRegistry(host);
}
