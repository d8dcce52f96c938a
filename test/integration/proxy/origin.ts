import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { onTestFinished } from 'vitest';
import { EVERYWHERE } from '../../../packages/core/src/network/index.ts';
import {
  createTransport,
  parseProxyServer,
  type ProxyTable,
  type ContextFor,
  type Transport,
} from '../../../packages/core/src/network/proxy/index.ts';
import { type Authority, makeAuthority } from '../../bench/certificates.ts';
import { listen } from '../../bench/listen.ts';

/** Long enough for a busy machine, short enough for a test that waits for it. */
export const TIMEOUTS = { connect: 5000, tunnel: 5000, headers: 5000, body: 5000, idle: 5000 };

export async function serve(server: Server, scheme = 'http'): Promise<URL> {
  const listening = await listen(server, scheme);
  onTestFinished(() => listening.close());
  return new URL(listening.url);
}

/** An authority in a folder that is gone after the test. */
export async function testAuthority(): Promise<Authority> {
  const directory = await mkdtemp(path.join(tmpdir(), 'proxy-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return makeAuthority(directory);
}

/** A server that says what it was asked for. */
export const echo: RequestListener = (request, response) => {
  const { method, url, headers } = request;
  request.setEncoding('utf8');
  let body = '';
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => response.end(JSON.stringify({ method, url, headers, body })));
};

export async function plainOrigin(listener: RequestListener = echo): Promise<URL> {
  return serve(createPlain(listener));
}

/** A TLS server with a certificate for this machine's loopback names. */
export async function secureOrigin(authority: Authority, options: { readonly mutual?: boolean } = {}): Promise<URL> {
  const { certificate: cert, key } = await authority.issue('origin');
  const mutual = options.mutual === true ? { requestCert: true, ca: [authority.certificate] } : {};
  return serve(createSecure({ cert, key, ...mutual }, echo), 'https');
}

/** Every URL goes through one proxy, those on loopback too; without a value: directly. */
export function tableOf(proxy?: string): ProxyTable {
  const server = proxy === undefined ? undefined : parseProxyServer(proxy, 'HTTPS_PROXY');
  return { serverFor: () => server, secrets: [] };
}

export interface Trust {
  readonly ca?: string;
  /** What is shown to the origin on this host. */
  readonly client?: { readonly host: string; readonly cert: string; readonly key: string };
}

export function contextsOf({ ca, client }: Trust): ContextFor {
  const trusted = ca === undefined ? {} : { ca };
  const common = createSecureContext(trusted);
  const ours = client && createSecureContext({ ...trusted, cert: client.cert, key: client.key });
  return (origin) => (origin !== undefined && origin.host === client?.host && ours ? ours : common);
}

export function transportThrough(proxy?: string, trust: Trust = {}, timeouts = TIMEOUTS): Transport {
  const contextFor = contextsOf(trust);
  const transport = createTransport({
    proxies: tableOf(proxy),
    reach: EVERYWHERE,
    contextFor,
    timeouts,
    connections: 1,
  });
  onTestFinished(() => transport.close());
  return transport;
}

export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request to an origin that echoes. */
export async function ask(transport: Transport, url: URL, body?: string): Promise<Echo> {
  const { origin, pathname, search } = url;
  const method = body === undefined ? 'GET' : 'POST';
  const request = { origin, path: `${pathname}${search}`, method, body: body ?? null } as const;
  const answer = await transport.dispatcherFor(url).request(request);
  return (await answer.body.json()) as Echo;
}
