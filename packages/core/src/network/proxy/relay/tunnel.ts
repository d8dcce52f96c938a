import { type Duplex, pipeline } from 'node:stream';
import { OfflineRefusal } from '../../reach.ts';
import { ProxyError } from '../failure.ts';
import type { ProxyServer } from '../proxy-server.ts';
import type { Connections } from '../transport/connections.ts';
import type { Endpoint } from '../transport/endpoint.ts';

/** What one relay has at hand for each request. */
export interface Hop {
  readonly upstream: ProxyServer;
  readonly connections: Connections;
  /** Tells the user what the proxy did not do. */
  readonly report: (text: string) => void;
}

/** Answers a CONNECT request and carries the tunnel's bytes both ways. Never rejects. */
export async function relayTunnel(
  { upstream, connections, report }: Hop,
  authority: string,
  client: Duplex,
  head: Buffer,
) {
  const target = parseAuthority(authority);
  if (target === undefined) {
    client.end(answer(400, 'Bad Request', 'CONNECT needs host:port.'));
    return;
  }
  let tunnel: Duplex;
  try {
    tunnel = await connections.tunnel(upstream, target);
  } catch (error) {
    const { status, text } = refusalOf(error);
    report(text);
    client.end(answer(status, 'Proxy refused', text));
    return;
  }
  if (client.destroyed) {
    tunnel.destroy();
    return;
  }
  if (head.length > 0) tunnel.write(head);
  client.write('HTTP/1.1 200 Connection established\r\n\r\n');
  const ignore = () => undefined;
  pipeline(client, tunnel, ignore);
  pipeline(tunnel, client, ignore);
}

/** What a client of the relay is told. A 407 would make it ask for a password that it is not to have. */
export function refusalOf(error: unknown): { readonly status: number; readonly text: string } {
  if (error instanceof OfflineRefusal) return { status: 403, text: error.message };
  if (!(error instanceof ProxyError)) return { status: 502, text: 'the relay failed' };
  const { status = 502, message } = error;
  return { status: status === 407 || status < 400 ? 502 : status, text: message };
}

function parseAuthority(text: string): Endpoint | undefined {
  const [, v6, name, port = ''] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]{1,253})):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  return host === undefined || Number(port) < 1 || Number(port) > 65535 ? undefined : { host, port: Number(port) };
}

function answer(status: number, reason: string, text: string): string {
  const body = `${text}\n`;
  const headers = [
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return [`HTTP/1.1 ${status} ${reason}`, ...headers, '', body].join('\r\n');
}
