import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { proxyUnreachable, type Route } from '../failure.ts';
import { optional } from '../../../json/json.ts';
import type { Reach } from '../../../ports/index.ts';
import type { ProxyServer } from '../proxy-server.ts';
import { type Endpoint, endpointOf, formatEndpoint } from './endpoint.ts';
import { openHttpTunnel } from './http-connect.ts';
import { openTcp, type Patience, startTls } from './socket.ts';
import { openSocksTunnel } from './socks5.ts';
import type { ContextFor, Verifies } from './trust.ts';

/** In milliseconds. */
export interface TransportTimeouts {
  /** To a server or a proxy, and again for TLS inside a tunnel. */
  readonly connect: number;
  /** For a proxy to open a tunnel: it has a connection of its own to make. */
  readonly tunnel: number;
  readonly headers: number;
  /** The longest silence inside an answer, not its length. */
  readonly body: number;
  /** How long an unused connection is kept. */
  readonly idle: number;
}

export interface ConnectionsOptions {
  /** Where connections may lead. The proxies on the way are the user's own. */
  readonly reach: Pick<Reach, 'require'>;
  readonly contextFor: ContextFor;
  readonly verifies?: Verifies;
  readonly timeouts: Pick<TransportTimeouts, 'connect' | 'tunnel'>;
  readonly signal: AbortSignal;
}

/** Makes connections, ready for HTTP. All @throws what `Reach.require` does, before anything is looked up. */
export interface Connections {
  /** To an origin, with TLS where its scheme says so. */
  direct(origin: URL): Promise<Socket>;
  /** To a host without TLS. */
  bare(target: Endpoint): Promise<Socket>;
  /** To an origin by a tunnel. @throws ProxyError when the proxy is to blame */
  through(server: ProxyServer, origin: URL): Promise<Socket>;
  /** To a proxy itself, for requests to an origin in absolute form. @throws ProxyError */
  to(server: ProxyServer, origin: URL): Promise<Socket>;
  /** A tunnel without TLS of ours in it. @throws ProxyError */
  tunnel(server: ProxyServer, target: Endpoint): Promise<Socket>;
}

export function createConnections(options: ConnectionsOptions): Connections {
  const { reach, contextFor, verifies = () => true, timeouts, signal } = options;
  const sessions = new Map<string, Buffer>();
  const connecting: Patience = { milliseconds: timeouts.connect, signal };
  const tunnelling: Patience = { milliseconds: timeouts.tunnel, signal };

  const secure = async (socket: Socket, host: string, origin?: URL): Promise<TLSSocket> => {
    const key = origin?.origin ?? `proxy ${host}`;
    const verified = origin === undefined || verifies(origin);
    const settings = { host, verified, ...optional('session', sessions.get(key)) };
    const secured = startTls(socket, () => ({ ...settings, context: contextFor(origin) }), connecting);
    return (await secured).on('session', (fresh: Buffer) => sessions.set(key, fresh));
  };
  const toOrigin = async (socket: Socket, origin: URL): Promise<Socket> =>
    origin.protocol === 'https:' ? secure(socket, endpointOf(origin).host, origin) : socket;
  const toProxy = async (server: ProxyServer): Promise<Socket> => {
    const socket = await openTcp(server, connecting);
    return server.protocol === 'https' ? secure(socket, server.host) : socket;
  };
  const connect = async (target: Endpoint): Promise<Socket> => {
    reach.require(target.host);
    return openTcp(target, connecting);
  };
  const tunnel = async (server: ProxyServer, target: Endpoint): Promise<Socket> => {
    reach.require(target.host);
    const route = { server, target: formatEndpoint(target) };
    return blamed(route, async () => {
      const socket = await toProxy(server);
      return server.protocol === 'http' || server.protocol === 'https'
        ? openHttpTunnel(socket, route, tunnelling)
        : openSocksTunnel(socket, route, target, tunnelling);
    });
  };

  return {
    bare: connect,
    direct: async (origin) => toOrigin(await connect(endpointOf(origin)), origin),
    through: async (server, origin) => toOrigin(await tunnel(server, endpointOf(origin)), origin),
    to: async (server, origin) => {
      const target = endpointOf(origin);
      reach.require(target.host);
      return blamed({ server, target: formatEndpoint(target) }, () => toProxy(server));
    },
    tunnel,
  };
}

/** Nothing that fails in `act` is the target's fault. */
async function blamed<T>(route: Route, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw proxyUnreachable(route, error);
  }
}
