import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log, Reach } from '../../../ports/index.ts';
import type { ProxyServer } from '../proxy-server.ts';
import { createConnections, type TransportTimeouts } from '../transport/connections.ts';
import { formatEndpoint } from '../transport/endpoint.ts';
import type { ContextFor } from '../transport/trust.ts';
import { relayRequest } from './request.ts';
import { relayTunnel } from './tunnel.ts';

export interface RelayOptions {
  /** The proxy with the credential that clients of the relay do not get. */
  readonly upstream: ProxyServer;
  /** What clients may ask for. */
  readonly reach: Pick<Reach, 'require'>;
  readonly contextFor: ContextFor;
  readonly timeouts: Pick<TransportTimeouts, 'connect' | 'tunnel'>;
  /** An address of ours to listen on. */
  readonly address: string;
  /** Whether who connects from this address may use the relay. Default: everybody. */
  readonly admits?: (remote: string) => Promise<boolean>;
  /** How many clients there may be at a time; more are turned away. */
  readonly connections: number;
  readonly log: Pick<Log, 'warn' | 'debug'>;
  /** Ends the relay at once. */
  readonly signal: AbortSignal;
}

export interface Relay {
  /** `http://address:port`, for HTTP_PROXY and HTTPS_PROXY. */
  readonly url: string;
  /** Whether anybody who was admitted has asked it for something. */
  readonly reached: () => boolean;
  /** Ends it and all connections through it. */
  close(): Promise<void>;
}

/**
 * Starts a forward proxy that hands everything to another and adds its credential, so that a build goes through that proxy without
 * knowing the password. It asks for no password of its own, since many programs can't give one to a proxy: who may use it is told by where
 * he connects from. Whoever is admitted uses the proxy in our name while the relay runs, but leaves by that proxy only and does not learn
 * the password.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { upstream, timeouts, address, connections: limit, log, signal } = options;
  const closing = new AbortController();
  const connections = createConnections({ ...options, timeouts, signal: AbortSignal.any([signal, closing.signal]) });
  const hop = { upstream, connections, report: oncePerText(log) };
  let reached = false;
  const guard = doorkeeper(options, hop.report, () => {
    reached = true;
  });
  const server = createServer((request, response) => {
    void guard(request.socket, () => relayRequest(hop, request, response));
  });
  server.on('connect', (request, client, head) => {
    void guard(request.socket, () => relayTunnel(hop, request.url ?? '', client, head));
  });
  server.maxConnections = limit;
  // A long upload is no attack.
  server.requestTimeout = 0;
  const clients = track(server);

  const close = async () => {
    closing.abort();
    signal.removeEventListener('abort', stop);
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const client of clients) client.destroy();
    await closed;
  };
  const stop = () => void close();
  signal.throwIfAborted();
  server.listen(0, address);
  await once(server, 'listening', { signal });
  signal.addEventListener('abort', stop, { once: true });
  const { port } = server.address() as AddressInfo;
  const url = `http://${formatEndpoint({ host: address, port })}`;
  log.debug(`a relay to the proxy of ${upstream.source} listens on ${url}`);
  return { url, reached: () => reached, close };
}

/** Lets only those through who may use the relay. Never rejects, as what it guards. */
function doorkeeper(
  { admits = () => Promise.resolve(true) }: Pick<RelayOptions, 'admits'>,
  report: (text: string) => void,
  onAdmitted: () => void,
): (client: Socket, serve: () => Promise<void>) => Promise<void> {
  return async (client, serve) => {
    const admitted = await admits(client.remoteAddress ?? '').catch(() => false);
    if (admitted) {
      onAdmitted();
      return serve();
    }
    client.destroy();
    report('something other than the build tried to use the relay to the proxy, and was turned away');
  };
}

/** The clients that are connected, those in tunnels too, which the server itself forgets. */
function track(server: Server): ReadonlySet<Duplex> {
  const clients = new Set<Duplex>();
  server.on('connection', (client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.once('close', () => clients.delete(client));
  });
  return clients;
}

/** A build asks for hundreds of files: what fails for all of them is told once. */
function oncePerText(log: Pick<Log, 'warn'>): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    log.warn(text);
  };
}
