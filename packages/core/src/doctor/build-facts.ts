import type { ConnectionInputs } from '../inputs/connection.ts';
import { buildProxyEnvironment } from '../network/proxy/index.ts';
import { deliverCertificates, type TrustStore } from '../trust/index.ts';
import type { BuildFacts } from './report.ts';

/** What buildpacks get of the proxies and certificates. */
export function describeBuild(connection: ConnectionInputs, store: TrustStore): BuildFacts {
  const { proxies, buildProxies, certificateVariables, embedCertificates, userCertificates } = connection;
  const variables = buildProxyEnvironment({ settings: proxies, inputs: buildProxies });
  const { environment } = deliverCertificates(store, { variables: certificateVariables, embed: embedCertificates });
  return {
    proxyVariables: Object.fromEntries(Object.entries(variables).filter(([name]) => name === name.toUpperCase())),
    withheld: [],
    certificates: userCertificates?.certificates.length ?? 0,
    certificateVariables: Object.keys(environment).filter((name) => name !== 'BP_EMBED_CERTS'),
    embedded: 'BP_EMBED_CERTS' in environment,
  };
}
