import { insecureHosts, type MirrorRules, serverTrust } from '../mirrors/index.ts';
import type { Clock, Log, Network } from '../ports/index.ts';
import {
  certsDirectories,
  type ClientCertificate,
  createHostTrust,
  type SystemPlaces,
  type UserCertificates,
} from '../trust/index.ts';
import { createExplainer } from './explainer.ts';
import { createTransport, type ProxySettings, proxyTable } from './proxy/index.ts';
import { EVERYWHERE, onlyTo } from './reach.ts';
import { createSchemes } from './schemes.ts';
import { createTrust } from './trust.ts';

/** What the inputs of a connection say about the network. */
export interface NetworkInputs {
  /** Set: only these hosts and those that are admitted are reached. */
  readonly offline?: OfflineInputs;
  /** Exact `host[:port]`. */
  readonly insecureRegistries: readonly string[];
  readonly proxies: ProxySettings;
  readonly userCertificates?: UserCertificates;
  readonly clientCertificates: ReadonlyMap<string, ClientCertificate>;
  /** Some of them name insecure servers, and certificates for one server. */
  readonly mirrors: MirrorRules;
}

export interface OfflineInputs {
  /** As in `Reach.allows`. */
  readonly hosts: readonly string[];
}

export interface NetworkOptions {
  readonly inputs: NetworkInputs;
  /** The job's: where the machine's certificates are. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user's directory, below which certificates for single registries may be. */
  readonly home: string;
  /** Variables that name a file with more certificates, beside NODE_EXTRA_CA_CERTS: the CI's own. */
  readonly certificateVariables?: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Closes the network at once: undici does not look at a request's own signal before it has a connection. */
  readonly signal: AbortSignal;
  /** For tests: where the machine's certificates are. */
  readonly places?: SystemPlaces;
}

const SECOND = 1000;
const TIMEOUTS = {
  connect: 10 * SECOND,
  tunnel: 30 * SECOND,
  headers: 60 * SECOND,
  body: 60 * SECOND,
  idle: 10 * SECOND,
};
/** Parallel transfers to one origin; HTTP/1.1 has one request per connection. */
const CONNECTIONS = 8;

/**
 * Makes the network of a run: proxies, trust, and what is insecure on purpose. From now on the log prints no secret of a proxy. No file is
 * read before TLS is spoken. Close it at the end: the process can then end at once.
 */
export function createNetwork(options: NetworkOptions): Network {
  const { inputs, environment, certificateVariables: fileVariables, home, clock, log, signal, places } = options;
  const proxies = proxyTable(inputs.proxies);
  const reach = inputs.offline === undefined ? EVERYWHERE : onlyTo(inputs.offline.hosts);
  for (const secret of proxies.secrets) log.mask(secret);
  const closing = new AbortController();
  const hostTrust = createHostTrust({
    clientCertificates: inputs.clientCertificates,
    directories: certsDirectories(environment, home),
    servers: serverTrust(inputs.mirrors),
  });
  const trust = createTrust({ user: inputs.userCertificates, environment, fileVariables, places, hostTrust, log });
  const insecure = insecureOrigins(inputs);
  const schemes = createSchemes({ insecure, log, open: (url) => transport.openTo(url), signal: closing.signal });
  const transport = createTransport({
    proxies,
    reach,
    contextFor: trust.contextFor,
    verifies: schemes.verifies,
    timeouts: TIMEOUTS,
    connections: CONNECTIONS,
  });
  const explainer = createExplainer({ transport, proxies, trust, clock, signal: closing.signal });
  const close = async () => {
    signal.removeEventListener('abort', stop);
    closing.abort();
    await transport.close();
  };
  const stop = () => void close();
  signal.addEventListener('abort', stop);

  return {
    reach,
    dispatcher: (url) => explainer.watched(transport.dispatcherFor(url), url),
    schemeOf: schemes.schemeOf,
    contextFor: trust.contextFor,
    explain: explainer.explain,
    close,
  };
}

/** With the input that says so. The user's own word comes first. */
function insecureOrigins({ insecureRegistries, mirrors }: NetworkInputs): ReadonlyMap<string, string> {
  const origin = (host: string) => new URL(`https://${host}`).origin;
  return new Map([
    ...[...insecureHosts(mirrors)].map((host) => [origin(host), 'registries-conf'] as const),
    ...insecureRegistries.map((host) => [origin(host), 'insecure-registries'] as const),
  ]);
}
