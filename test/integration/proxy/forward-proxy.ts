import { once } from 'node:events';
import { createServer as createPlain, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Authority } from '../../bench/certificates.ts';
import { serve } from './origin.ts';

/** What a proxy was asked for: `METHOD target`, and the credential it got. */
export interface Seen {
  readonly request: string;
  readonly authorization: string | undefined;
}

export interface ForwardProxy {
  readonly url: URL;
  readonly seen: readonly Seen[];
}

/** A proxy that lets everything through and remembers it; with an authority it speaks TLS itself. */
export async function startForwardProxy(authority?: Authority, hosts?: readonly string[]): Promise<ForwardProxy> {
  const seen: Seen[] = [];
  const server = authority === undefined ? createPlain() : createSecure(await certificateOf(authority, hosts));
  const note = ({ method = '', url = '', headers }: IncomingMessage) => {
    seen.push({ request: `${method} ${url}`, authorization: headers['proxy-authorization'] });
  };
  server.on('request', (incoming, response) => {
    note(incoming);
    const { method, headers, url = '' } = incoming;
    delete headers['proxy-authorization'];
    const onward = request(url, { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, client) => {
    note(incoming);
    const { hostname, port } = new URL(`tcp://${incoming.url ?? ''}`);
    const target = connect(Number(port), hostname, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    pipeline(client, target, () => undefined);
    pipeline(target, client, () => undefined);
  });
  return { url: await serve(withTunnelsEnded(server), authority === undefined ? 'http' : 'https'), seen };
}

/** A proxy that answers every CONNECT, or whatever it is sent first, with the same bytes; nothing: it keeps silent. */
export async function startRudeProxy(answer: string | undefined): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (answer !== undefined) socket.once('data', () => socket.end(answer));
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function certificateOf(authority: Authority, hosts?: readonly string[]) {
  const { certificate: cert, key } = await authority.issue('proxy', hosts === undefined ? {} : { hosts });
  return { cert, key };
}

/** A server forgets the connections that became tunnels. */
function withTunnelsEnded<S extends Server>(server: S): S {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return server;
}
