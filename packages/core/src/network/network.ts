import { createSecureContext } from 'node:tls';
import { Agent } from 'undici';
import type { Log, Network } from '../ports/index.ts';
import { classifyHost } from './address.ts';

export interface NetworkOptions {
  readonly log: Log;
  /** Registries, exact `host[:port]`, that are spoken to in plain http beside those on loopback. */
  readonly insecureRegistries?: readonly string[];
  /** Registries on loopback, exact `host[:port]`, that speak TLS all the same. */
  readonly secureRegistries?: readonly string[];
  /** PEM certificates to trust instead of Node's own list. */
  readonly certificateAuthorities?: readonly string[];
}

const SECOND = 1000;

/** In milliseconds. `body` is the longest silence inside an answer, not its length. */
const TIMEOUT = { connect: 10 * SECOND, headers: 60 * SECOND, body: 60 * SECOND, idle: 10 * SECOND };

/** Parallel transfers to one origin; HTTP/1.1 has one request per connection. */
const CONNECTIONS = 8;

/** One connection pool per origin, all alike. Close it at the end: the process can then end at once. */
export function createNetwork(options: NetworkOptions): Network {
  const agent = createAgent(options);
  const secure = hosts(options.secureRegistries);
  const insecure = hosts(options.insecureRegistries);
  const announced = new Set<string>();
  const { certificateAuthorities: ca } = options;
  const context = createSecureContext(ca === undefined ? {} : { ca: [...ca] });

  return {
    dispatcher: () => agent,
    schemeOf(registry) {
      const host = registry.toLowerCase();
      if (secure.has(host)) return Promise.resolve('https');
      if (isLoopback(host)) return Promise.resolve('http');
      if (!insecure.has(host)) return Promise.resolve('https');
      if (!announced.has(host)) options.log.warn(`${host} is spoken to in plain http, as insecure-registries says`);
      announced.add(host);
      return Promise.resolve('http');
    },
    contextFor: () => context,
    close: () => agent.destroy(),
  };
}

function createAgent({ certificateAuthorities }: NetworkOptions): Agent {
  const trust = certificateAuthorities === undefined ? {} : { ca: [...certificateAuthorities] };
  return new Agent({
    connections: CONNECTIONS,
    connect: { timeout: TIMEOUT.connect, ...trust },
    headersTimeout: TIMEOUT.headers,
    bodyTimeout: TIMEOUT.body,
    keepAliveTimeout: TIMEOUT.idle,
  });
}

/** `localhost` itself, 127.0.0.0/8 and ::1. Names below `.localhost` may be anything in a company's DNS. */
function isLoopback(registry: string): boolean {
  if (!URL.canParse(`http://${registry}`)) return false;
  const { hostname } = new URL(`http://${registry}`);
  return !hostname.endsWith('.localhost') && classifyHost(hostname) === 'loopback';
}

function hosts(list: readonly string[] = []): ReadonlySet<string> {
  return new Set(list.map((host) => host.toLowerCase()));
}
