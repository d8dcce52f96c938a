import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { proxyRefused, type Route } from '../failure.ts';
import type { ProxyServer } from '../proxy-server.ts';
import { basicPair } from '../redaction.ts';
import { type Patience, within } from './socket.ts';

/**
 * Asks an http proxy for a tunnel to the route's target (RFC 9110, section 9.3.6) on a connection to it, and gives the connection back
 * as the tunnel. As for Go only the status 200 is one.
 *
 * @throws ProxyError when the proxy refuses; what the socket or Node's parser says
 */
export async function openHttpTunnel(socket: Socket, route: Route, patience: Patience): Promise<Socket> {
  const { server, target } = route;
  return within(socket, patience, 'UND_ERR_HEADERS_TIMEOUT', async (signal) => {
    const asked = request({
      method: 'CONNECT',
      path: target,
      headers: { host: target, 'user-agent': 'buildpacks-ci', ...proxyAuthorization(server) },
      createConnection: () => socket,
    });
    // Aborted, it says so once more when nobody listens.
    asked.on('error', () => undefined);
    asked.end();
    const [answer, tunnel, head] = (await once(asked, 'connect', { signal })) as [IncomingMessage, Socket, Buffer];
    if (answer.statusCode !== 200) {
      throw proxyRefused(route, { status: answer.statusCode ?? 0, headers: answer.headers });
    }
    if (head.length > 0) tunnel.unshift(head);
    return tunnel;
  });
}

/** The header for the proxy alone, when it has a user. */
export function proxyAuthorization({ credential }: ProxyServer): Readonly<Record<string, string>> {
  return credential === undefined ? {} : { 'proxy-authorization': `Basic ${basicPair(credential)}` };
}
