import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** What a request told the server that is nobody else's business. */
export interface Received {
  readonly request: IncomingMessage;
  /** The credentials as sent, then as they are meant: `Basic …`, `user:password`, a form's fields. */
  readonly secrets: readonly string[];
  /** This server's `http://host:port`. */
  readonly origin: string;
}

export type Answer = (response: ServerResponse, received: Received) => void;

export interface EchoingServer {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** All that it was told, in the order in which it came. */
  readonly secrets: readonly string[];
}

/**
 * A server, or a proxy, that may repeat in its answers what it was told; it stops when the test is over.
 *
 * @param tunnel what it answers to CONNECT; absent: as to everything else
 */
export async function startEchoingServer(answer: Answer, tunnel?: string): Promise<EchoingServer> {
  const secrets: string[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    void receive(request).then((received) => {
      secrets.push(...received);
      answer(response, { request, secrets: received, origin: `http://${host}` });
    });
  };
  const server = createServer(handle);
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    response.shouldKeepAlive = false;
    response.on('finish', () => socket.end());
    socket.on('error', () => undefined);
    if (tunnel === undefined) handle(request, response);
    else socket.end(tunnel);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host, secrets };
}

async function receive(request: IncomingMessage): Promise<readonly string[]> {
  const form = request.method === 'POST' ? await text(request) : '';
  const headers = [request.headers.authorization, request.headers['proxy-authorization']].filter(
    (header) => header !== undefined,
  );
  const fields = new URLSearchParams(form).get('refresh_token');
  return [...headers.flatMap((header) => [header, meaningOf(header)]), ...(fields === null ? [] : [form, fields])];
}

/** `user:password` of Basic authentication, the token of another. */
function meaningOf(header: string): string {
  const [scheme = '', credential = ''] = header.split(' ');
  return scheme === 'Basic' ? Buffer.from(credential, 'base64').toString() : credential;
}

/** A secret in the forms in which servers write it into headers and bodies. */
export function formsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(`a prefix ${secret} a suffix`).toString('base64'),
  ];
}
