import type { Socket } from 'node:net';
import { Agent, type buildConnector, type Dispatcher } from 'undici';
import type { ProxyServer } from '../proxy-server.ts';
import type { ProxyTable } from '../settings.ts';
import { inAbsoluteForm } from './absolute-form.ts';
import { createConnections, type TransportTimeouts } from './connections.ts';
import { endpointOf } from './endpoint.ts';
import type { ContextFor, Verifies } from './trust.ts';

export interface TransportOptions {
  readonly proxies: ProxyTable;
  readonly contextFor: ContextFor;
  readonly verifies?: Verifies;
  readonly timeouts: TransportTimeouts;
  /** Parallel connections for one origin. */
  readonly connections: number;
}

/** Pools of connections, with or without a proxy in the way. */
export interface Transport {
  /**
   * The pools for a URL; ask again for each redirect target and upload location. Requests through it fail with `ProxyError` when the
   * proxy is in the way.
   *
   * @throws InputError, BuildpacksError as `ProxyTable.serverFor` does
   */
  dispatcherFor(url: URL): Dispatcher;
  /**
   * A connection to the URL's host on the same way, before any TLS with it: for looking at its certificates. The caller destroys it.
   *
   * @throws ProxyError when the proxy is in the way; what the operating system says
   */
  openTo(url: URL): Promise<Socket>;
  /** Ends all connections of the pools, and those being made. */
  close(): Promise<void>;
}

type Connect = (origin: URL) => Promise<Socket>;

export function createTransport(options: TransportOptions): Transport {
  const { proxies, timeouts } = options;
  const closing = new AbortController();
  const connections = createConnections({ ...options, signal: closing.signal });
  const pools = new Map<string, { readonly agent: Agent; readonly dispatcher: Dispatcher }>();

  const pool = (connect: Connect) =>
    new Agent({
      connections: options.connections,
      connect: connector(connect),
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.body,
      keepAliveTimeout: timeouts.idle,
    });

  const make = (server: ProxyServer | undefined, absolute: boolean) => {
    if (server === undefined) {
      const agent = pool((origin) => connections.direct(origin));
      return { agent, dispatcher: agent };
    }
    if (!absolute) {
      const agent = pool((origin) => connections.through(server, origin));
      return { agent, dispatcher: agent };
    }
    const agent = pool((origin) => connections.to(server, origin));
    return { agent, dispatcher: inAbsoluteForm(agent, server) };
  };

  return {
    dispatcherFor(url) {
      const server = proxies.serverFor(url);
      const absolute = url.protocol === 'http:' && server?.protocol.startsWith('http') === true;
      const key = server === undefined ? '' : `${absolute ? 'absolute' : 'tunnel'} ${server.source}`;
      const known = pools.get(key) ?? make(server, absolute);
      pools.set(key, known);
      return known.dispatcher;
    },
    async openTo(url) {
      const server = proxies.serverFor(url);
      const target = endpointOf(url);
      return server === undefined ? connections.bare(target) : connections.tunnel(server, target);
    },
    async close() {
      closing.abort();
      await Promise.all([...pools.values()].map(({ agent }) => agent.destroy()));
    },
  };
}

/** What undici calls for each new connection of a pool. */
function connector(connect: Connect): buildConnector.connector {
  return ({ protocol, hostname, port }, callback) => {
    const host = hostname.includes(':') ? `[${hostname}]` : hostname;
    connect(new URL(`${protocol}//${host}${port === '' ? '' : `:${port}`}`)).then(
      (socket) => {
        callback(null, socket);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), null);
      },
    );
  };
}
