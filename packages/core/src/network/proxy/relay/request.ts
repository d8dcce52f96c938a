import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { proxyRefused, proxyUnreachable } from '../failure.ts';
import { endpointOf, formatEndpoint } from '../transport/endpoint.ts';
import { proxyAuthorization } from '../transport/http-connect.ts';
import { type Hop, refusalOf } from './tunnel.ts';

/** Headers that are for one connection only (RFC 9110, section 7.6.1), and the credential, which is ours to give. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'upgrade',
];

/**
 * Forwards a request in absolute form with the proxy's credential, on a connection of its own. Never rejects. The proxy gets the URL as it was
 * understood here, and no other host beside it: it might understand the client's text in another way.
 */
export async function relayRequest(hop: Hop, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined;
  if (url?.protocol !== 'http:') {
    const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
    response.writeHead(400, headers).end('This is a proxy: ask it for http:// URLs, or for tunnels.\n');
    return;
  }
  try {
    await forward(hop, url, request, response);
  } catch (error) {
    if (response.destroyed || response.headersSent) {
      response.destroy();
      return;
    }
    const { status, text } = refusalOf(error);
    hop.report(text);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`);
  }
}

async function forward({ upstream, connections }: Hop, url: URL, request: IncomingMessage, response: ServerResponse) {
  const absolute = upstream.protocol === 'http' || upstream.protocol === 'https';
  const socket = absolute ? await connections.to(upstream, url) : await connections.tunnel(upstream, endpointOf(url));
  const route = { server: upstream, target: formatEndpoint(endpointOf(url)) };
  const gone = new AbortController();
  const leave = () => {
    socket.destroy();
    gone.abort();
  };
  if (response.destroyed) leave();
  response.once('close', leave);
  const asked = httpRequest({
    method: request.method,
    path: `${absolute ? url.origin : ''}${url.pathname}${url.search}`,
    headers: [
      'host',
      url.host,
      ...endToEnd(request, 'host'),
      ...(absolute ? Object.entries(proxyAuthorization(upstream)).flat() : []),
    ],
    createConnection: () => socket,
  });
  asked.on('error', () => undefined);
  const answered = once(asked, 'response', { signal: gone.signal }) as Promise<[IncomingMessage]>;
  // A proxy may answer, and hang up, before it has read the whole body.
  pipeline(request, asked).catch(() => undefined);
  const [answer] = await answered.catch((error: unknown) => {
    throw proxyUnreachable(route, error);
  });
  const { statusCode: status = 502, headers } = answer;
  if (absolute && status === 407) throw proxyRefused(route, { status, headers });
  response.writeHead(status, answer.statusMessage, [...endToEnd(answer, 'transfer-encoding')]);
  await pipeline(answer, response);
}

/** The headers as a flat list of names and values, with those left out that end here, and `more`. */
function endToEnd({ rawHeaders, headers }: IncomingMessage, ...more: readonly string[]): readonly string[] {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...more, ...named]);
  return rawHeaders.filter((_, index) => !dropped.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase()));
}
