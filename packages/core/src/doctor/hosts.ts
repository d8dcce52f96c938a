import type { ConnectionInputs } from '../inputs/connection.ts';
import { optional } from '../json/json.ts';
import type { Endpoint } from '../mirrors/index.ts';
import type { Network } from '../ports/index.ts';
import { registryUrl } from '../registry/url.ts';
import type { HostTrust } from '../trust/index.ts';
import type { HostFacts } from './report.ts';
import { routeOf } from './routes.ts';

/** Where a registry's API is; `https://host[:port]`, or http where that is allowed. */
export function endpointUrl({ reference, server }: Endpoint, network: Network): URL {
  const url = registryUrl(reference.repository.registry, network);
  if (server !== undefined) url.protocol = `${server.scheme}:`;
  return url;
}

/** @param registry the name that its certificates are kept under, where the server is a registry */
export function describeHost(
  url: URL,
  registry: string | undefined,
  { connection, trustOf }: { readonly connection: ConnectionInputs; readonly trustOf: (registry: string) => HostTrust },
): HostFacts {
  const own = registry === undefined ? undefined : trustOf(registry);
  const insecure = connection.insecureRegistries.includes(registry ?? '');
  return {
    origin: url.origin,
    ...routeOf(url, connection.proxies),
    ...optional('insecure', insecure ? 'insecure-registries' : undefined),
    ...optional('clientCertificate', own?.client?.source),
    ownAuthorities: own?.certificates.length ?? 0,
  };
}
