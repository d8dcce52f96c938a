import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer as createPlain,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecure, type ServerOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { RawInputs } from '../../../packages/core/src/inputs/index.ts';
import type { RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { type MirrorRules, parseMirrorLines } from '../../../packages/core/src/mirrors/index.ts';
import { type Log, SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { parseReference } from '../../../packages/core/src/reference/index.ts';
import { createRegistryClient, type RegistryClient } from '../../../packages/core/src/registry/index.ts';
import { openNetwork, type TestNetworkOptions } from '../../../packages/core/test/support/network.ts';
import { type Authority, type Certificate, makeAuthority } from '../../bench/certificates.ts';
import { listen } from '../../bench/listen.ts';

export async function scratch(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'network-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

export async function newAuthority(name?: string): Promise<Authority> {
  return makeAuthority(await scratch(), name);
}

export interface Peer {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** `METHOD path` of each request, as it came. */
  readonly requests: readonly string[];
}

export interface RegistrySettings extends ServerOptions {
  /** The requests that it answers before it hangs up on every other. */
  readonly patience?: number;
  /** Begins each answer and then hangs up. */
  readonly halfway?: boolean;
}

/** The beginning of a manifest. */
const BEGUN = { 'content-type': 'application/vnd.oci.image.manifest.v1+json', 'content-length': '10' };

/** A registry that has every blob; with a certificate it speaks TLS. */
export async function startRegistry(
  certificate?: Certificate,
  { patience = Infinity, halfway = false, ...options }: RegistrySettings = {},
): Promise<Peer> {
  const { certificate: cert, key } = certificate ?? {};
  const server = certificate === undefined ? createPlain() : createSecure({ cert, key, ...options });
  const requests: string[] = [];
  server.on('request', ({ method = '', url = '', socket }: IncomingMessage, response: ServerResponse) => {
    requests.push(`${method} ${url}`);
    if (requests.length > patience) socket.destroy();
    else if (halfway) response.writeHead(200, BEGUN).write('x', () => socket.destroy());
    else response.end();
  });
  const listening = await listen(server, certificate === undefined ? 'http' : 'https');
  onTestFinished(() => listening.close());
  return { host: listening.host, requests };
}

/** A proxy that knows where names are: `registry.test:443` → `127.0.0.1:41234`. Everything else it refuses. */
export async function startGateway(places: Readonly<Record<string, string>>, status = 403): Promise<Peer> {
  const requests: string[] = [];
  const server: Server = createPlain((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    requests.push(`${method} ${url}`);
    const target = new URL(url);
    const place = places[`${target.hostname}:${target.port || '80'}`];
    if (place === undefined) return void response.writeHead(status, { 'x-squid-error': 'ERR_ACCESS_DENIED 0' }).end();
    incoming.pipe(
      request(`http://${place}${target.pathname}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', ({ url = '' }, client: Socket) => {
    requests.push(`CONNECT ${url}`);
    const place = places[url];
    if (place === undefined) return void client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host = '', port] = place.split(':');
    const target = connect(Number(port), host, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    pipeline(client, target, client, () => undefined);
  });
  const listening = await listen(server, 'http');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await listening.close();
  });
  return { host: listening.host, requests };
}

export interface Recorded {
  readonly log: Log;
  readonly warnings: readonly string[];
  readonly masked: readonly string[];
}

export function recordLog(): Recorded {
  const [warnings, masked]: [string[], string[]] = [[], []];
  const log = {
    ...SILENT_LOG,
    warn: (text: string) => void warnings.push(text),
    mask: (secret: string) => void masked.push(secret),
  };
  return { log, warnings, masked };
}

/** Asks a registry for a blob, with these inputs, by the registry client. */
export async function hasBlob(
  host: string,
  inputs: RawInputs = {},
  options: TestNetworkOptions = {},
): Promise<boolean> {
  return openRegistry(host, inputs, options)();
}

/** As `hasBlob`, for several questions. */
export function openRegistry(
  host: string,
  inputs: RawInputs = {},
  options: TestNetworkOptions = {},
): () => Promise<boolean> {
  const client = openClient(inputs, options);
  return () => client.hasBlob({ registry: host, path: 'app' }, `sha256:${'0'.repeat(64)}`);
}

/** Reads the manifest of an image, through a mirror if there is one. */
export async function readManifest(
  name: string,
  mirrorLines: readonly string[],
  inputs: RawInputs = {},
): Promise<RawManifest | undefined> {
  return openClient(inputs, {}, parseMirrorLines(mirrorLines)).manifest(parseReference(name));
}

function openClient(inputs: RawInputs, options: TestNetworkOptions, mirrors?: MirrorRules): RegistryClient {
  return createRegistryClient({
    network: openNetwork(inputs, options),
    credentials: { lookup: () => Promise.resolve(undefined) },
    clock: { now: () => Date.now(), sleep: (milliseconds) => delay(Math.min(milliseconds, 1)) },
    log: SILENT_LOG,
    signal: new AbortController().signal,
    ...(mirrors && { mirrors }),
  });
}
