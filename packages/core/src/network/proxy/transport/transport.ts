import type { Socket } from 'node:net';
import { Agent, type buildConnector, type Dispatcher } from 'undici';
import type { Reach } from '../../../ports/index.ts';
import type { ProxyServer } from '../proxy-server.ts';
import type { ProxyTable } from '../settings.ts';
import { inAbsoluteForm } from './absolute-form.ts';
import { type Connections, createConnections, type TransportTimeouts } from './connections.ts';
import { endpointOf } from './endpoint.ts';
import type { ContextFor, Verifies } from './trust.ts';

export interface TransportOptions {
  readonly proxies: ProxyTable;
  readonly reach: Pick<Reach, 'require'>;
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

type Way =
  | { readonly kind: 'direct' }
  /** `absolute form`: the proxy makes the request, and we need no tunnel. */
  | { readonly kind: 'tunnel' | 'absolute form'; readonly server: ProxyServer };

export function createTransport(options: TransportOptions): Transport {
  const { proxies, timeouts } = options;
  const closing = new AbortController();
  const connections = createConnections({ ...options, signal: closing.signal });
  const pools = new Map<string, { readonly agent: Agent; readonly dispatcher: Dispatcher }>();

  const make = (way: Way) => {
    const agent = new Agent({
      connections: options.connections,
      connect: connector((origin) => connectOn(way, connections, origin)),
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.body,
      keepAliveTimeout: timeouts.idle,
    });
    return { agent, dispatcher: way.kind === 'absolute form' ? inAbsoluteForm(agent, way.server) : agent };
  };

  return {
    dispatcherFor(url) {
      const way = wayTo(url, proxies.serverFor(url));
      const key = way.kind === 'direct' ? way.kind : `${way.kind} ${way.server.source}`;
      const known = pools.get(key) ?? make(way);
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

function wayTo(url: URL, server: ProxyServer | undefined): Way {
  if (server === undefined) return { kind: 'direct' };
  const forwards = url.protocol === 'http:' && server.protocol.startsWith('http');
  return { kind: forwards ? 'absolute form' : 'tunnel', server };
}

async function connectOn(way: Way, connections: Connections, origin: URL): Promise<Socket> {
  switch (way.kind) {
    case 'direct':
      return connections.direct(origin);
    case 'tunnel':
      return connections.through(way.server, origin);
    case 'absolute form':
      return connections.to(way.server, origin);
  }
}

/** What undici calls for each new connection of a pool. */
function connector(connect: (origin: URL) => Promise<Socket>): buildConnector.connector {
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
