import { plannedProxies } from '../build/proxies.ts';
import { hiddenProxies, needsRelay } from '../build/relays.ts';
import type { RelayPlace } from '../engine/index.ts';
import type { BuildRequest } from '../inputs/index.ts';
import { optional } from '../json/json.ts';
import type { ProxyServer } from '../network/proxy/index.ts';
import { deliverCertificates, type TrustStore } from '../trust/index.ts';
import type { BuildFacts, BuildProxyFacts } from './report.ts';

/** What buildpacks get of the proxies and certificates. */
export function describeBuild(request: BuildRequest, store: TrustStore, place: RelayPlace | undefined): BuildFacts {
  const { certificateVariables, embedCertificates, userCertificates } = request.connection;
  const { environment } = deliverCertificates(store, {
    variables: certificateVariables,
    embed: embedCertificates,
    taken: Object.keys(request.environment),
  });
  return {
    proxies: describeBuildProxies(request, place),
    certificates: userCertificates?.certificates.length ?? 0,
    certificateVariables: Object.keys(environment).filter((name) => name !== 'BP_EMBED_CERTS'),
    embedded: 'BP_EMBED_CERTS' in environment,
  };
}

function describeBuildProxies(request: BuildRequest, place: RelayPlace | undefined): readonly BuildProxyFacts[] {
  const variables = plannedProxies(request);
  const hidden = new Map<string, ProxyServer>(
    hiddenProxies(variables, request.connection).map(({ variable, server }) => [variable, server]),
  );
  return Object.entries(variables)
    .filter(([variable]) => variable === variable.toUpperCase())
    .map(([variable, value]) => {
      const server = hidden.get(variable);
      return { variable, value, ...optional('relay', server && place && describeRelay(server, place)) };
    });
}

function describeRelay(server: ProxyServer, place: RelayPlace): string | undefined {
  if (!needsRelay(server, place)) return undefined;
  const why = server.credential === undefined ? 'is on the loopback of this machine' : 'wants a password';
  return place.kind === 'here'
    ? `reached by a relay of ours, since it ${why}`
    : `it ${why}, and no relay of ours can stand in for it: ${place.reason}`;
}
