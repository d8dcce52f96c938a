import type { ConnectionInputs } from '../inputs/connection.ts';
import { optional } from '../json/json.ts';
import type { Endpoint } from '../mirrors/index.ts';
import { classifyHost } from '../network/index.ts';
import { registryServer } from '../registry/url.ts';
import type { HostTrust } from '../trust/index.ts';
import type { HostFacts } from './report.ts';
import { routeOf } from './routes.ts';

export interface HostContext {
  readonly connection: ConnectionInputs;
  readonly trustOf: (registry: string) => HostTrust;
}

/** The ways to an endpoint's registry: one, or one for each scheme where these differ and only the registry can tell which it speaks. */
export function describeRegistry(
  { reference, server, insecure }: Endpoint,
  context: HostContext,
): readonly HostFacts[] {
  const { connection, trustOf } = context;
  const { registry } = reference.repository;
  const host = registryServer(registry);
  const listed = connection.insecureRegistries.includes(registry);
  const mayBePlain = listed || insecure || classifyHost(new URL(`https://${host}`).hostname) === 'loopback';
  const isSecure = server?.scheme === 'https' && !insecure;
  const schemes = mayBePlain && !isSecure ? ['https', 'http'] : ['https'];
  const { client, certificates } = trustOf(registry);
  const facts = {
    ...optional('insecure', listed ? 'insecure-registries' : insecure ? 'the mirror rule' : undefined),
    ...optional('clientCertificate', client?.source),
    ownAuthorities: certificates.length,
  };
  const ways = schemes.map((scheme) => {
    const url = new URL(`${scheme}://${host}`);
    return { address: url.origin, ...routeOf(url, connection.proxies), ...facts };
  });
  const [first, second] = ways;
  if (first === undefined || second === undefined || !sameWay(first, second)) return ways;
  return [{ ...first, address: host }];
}

export function describeDownload(url: URL, { connection }: HostContext): HostFacts {
  return { address: url.origin, ...routeOf(url, connection.proxies), ownAuthorities: 0 };
}

/** Two direct ways are the same, whatever makes them direct. */
function sameWay(one: HostFacts, other: HostFacts): boolean {
  return one.proxy === other.proxy && one.problem === other.problem;
}
