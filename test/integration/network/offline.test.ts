import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BuildpacksError } from '../../../packages/core/src/errors/index.ts';
import type { RawInputs } from '../../../packages/core/src/inputs/index.ts';
import { parseMirrorLines } from '../../../packages/core/src/mirrors/index.ts';
import { download } from '../../../packages/core/src/network/index.ts';
import { parseProxyServer, startRelay } from '../../../packages/core/src/network/proxy/index.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { parseReference } from '../../../packages/core/src/reference/index.ts';
import { createRegistryClient, type RegistryClient } from '../../../packages/core/src/registry/index.ts';
import { openNetwork } from '../../../packages/core/test/support/network.ts';
import { scratch, startGateway, startRegistry } from './peers.ts';

const DIGEST = `sha256:${'0'.repeat(64)}` as const;
const CLOCK = { now: () => Date.now(), sleep: (milliseconds: number) => delay(Math.min(milliseconds, 1)) };

/** A server that counts connections, on an address of its own: another host. */
async function startPeer(address: string, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  server.listen(0, address);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { host: `${address}:${(server.address() as AddressInfo).port}`, connections: () => connections };
}

function openClient(inputs: RawInputs): RegistryClient {
  return createRegistryClient({
    network: openNetwork({ offline: 'true', ...inputs }),
    credentials: { lookup: () => Promise.resolve(undefined) },
    mirrors: parseMirrorLines(
      String(inputs['registry-mirrors'] ?? '')
        .split('\n')
        .filter(Boolean),
    ),
    clock: CLOCK,
    log: SILENT_LOG,
    signal: new AbortController().signal,
  });
}

/** What work throws. */
async function refusalOf(work: () => Promise<unknown>): Promise<BuildpacksError> {
  const error: unknown = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  if (error instanceof BuildpacksError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

const hasBlob = (client: RegistryClient, host: string) => client.hasBlob({ registry: host, path: 'app' }, DIGEST);

describe('a registry that the inputs do not name', () => {
  it('is not connected to', async () => {
    const peer = await startPeer('127.0.0.1', (_, response) => response.end());
    const refusal = await refusalOf(() => hasBlob(openClient({ 'offline-hosts': '127.0.0.2' }), peer.host));
    expect(refusal.code).toBe('policy');
    expect(refusal.message).toContain(`${peer.host}/app@${DIGEST}`);
    expect(refusal.hint).toContain('offline-hosts');
    expect(peer.connections()).toBe(0);
  });

  it('is named by the image that was to be pulled, with the mirror that helps', async () => {
    const refusal = await refusalOf(() => openClient({}).manifest(parseReference('corp/builder:1')));
    expect(refusal.message).toMatch(/^"corp\/builder:1" may not be pulled: .* docker\.io is none of them$/);
    expect(refusal.hint).toContain('docker.io=HOST[/PATH] in registry-mirrors');
  });

  it('is not asked for what its mirror lacks', async () => {
    const mirror = await startPeer('127.0.0.1', (_, response) => response.writeHead(404).end());
    const source = await startPeer('127.0.0.2', (_, response) => response.end());
    const client = openClient({ 'registry-mirrors': `${source.host}=${mirror.host}` });
    expect(await client.manifest(parseReference(`${source.host}/app:1`))).toBeUndefined();
    expect([mirror.connections() > 0, source.connections()]).toEqual([true, 0]);
  });
});

describe('a host that is named', () => {
  it.each<[string, (host: string) => RawInputs]>([
    ['by offline-hosts', () => ({ 'offline-hosts': '127.0.0.1' })],
    ['as a mirror', (host) => ({ 'registry-mirrors': `docker.io=${host}/hub` })],
  ])('is reached: %s', async (_, inputs) => {
    const { host } = await startRegistry();
    expect(await hasBlob(openClient(inputs(host)), host)).toBe(true);
  });
});

describe('another host that a registry sends us to', () => {
  /** What a registry answers: a place elsewhere. */
  const WAYS: readonly (readonly [string, (elsewhere: string, response: ServerResponse) => void])[] = [
    ['for a blob', (elsewhere, response) => response.writeHead(307, { location: `http://${elsewhere}/blob` }).end()],
    [
      'for a token',
      (elsewhere, response) =>
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${elsewhere}/token"` }).end(),
    ],
  ];

  it.each(WAYS)('is not reached %s', async (_, answer) => {
    const elsewhere = await startPeer('127.0.0.2', (__, response) => response.end('{"token":"t"}'));
    const registry = await startPeer('127.0.0.1', (__, response) => {
      answer(elsewhere.host, response);
    });
    const refusal = await refusalOf(() => hasBlob(openClient({ 'offline-hosts': '127.0.0.1' }), registry.host));
    expect(refusal.code).toBe('policy');
    expect(refusal.message).toContain('for which 127.0.0.1 sends us away');
    expect(refusal.message).toContain('127.0.0.2 is none of them');
    expect(elsewhere.connections()).toBe(0);
  });

  it.each(WAYS)('is reached %s when it is named', async (_, answer) => {
    const elsewhere = await startPeer('127.0.0.2', (__, response) => response.end('{"token":"t"}'));
    const registry = await startPeer('127.0.0.1', ({ headers }, response) => {
      if (headers.authorization === undefined) answer(elsewhere.host, response);
      else response.end();
    });
    const client = openClient({ 'offline-hosts': '127.0.0.1\n127.0.0.2' });
    expect(await hasBlob(client, registry.host)).toBe(true);
    expect(elsewhere.connections()).toBeGreaterThan(0);
  });
});

describe('a proxy', () => {
  it('is reached, and asked for named hosts alone', async () => {
    const gateway = await startGateway({});
    const proxies = { 'http-proxy': `http://${gateway.host}`, 'https-proxy': `http://${gateway.host}` };
    const client = openClient({ ...proxies, 'offline-hosts': 'registry.test' });
    const refusal = await refusalOf(() => hasBlob(client, 'other.test'));
    expect(refusal.code).toBe('policy');
    expect(gateway.requests).toEqual([]);
    await expect(hasBlob(client, 'registry.test')).rejects.toThrow();
    expect(gateway.requests).toEqual(['CONNECT registry.test:443']);
  });

  it('is asked by a relay for named hosts alone', async () => {
    const gateway = await startGateway({});
    const closed = openNetwork({ offline: 'true', 'offline-hosts': 'named.test' });
    const relay = await startRelay({
      upstream: parseProxyServer(`http://u:p@${gateway.host}`, 'http-proxy'),
      reach: closed.reach,
      contextFor: (origin) => closed.contextFor(origin),
      timeouts: { connect: 5000, tunnel: 5000 },
      address: '127.0.0.1',
      connections: 4,
      log: SILENT_LOG,
      signal: new AbortController().signal,
    });
    onTestFinished(() => relay.close());
    const network = openNetwork({ 'http-proxy': relay.url });
    const ask = async (origin: string) => {
      const options = { origin, path: '/', method: 'GET' } as const;
      const { statusCode, body } = await network.dispatcher(new URL(origin)).request(options);
      return [statusCode, await body.text()];
    };
    expect(await ask('http://other.test')).toEqual([403, expect.stringContaining('other.test is none of them')]);
    expect(gateway.requests).toEqual([]);
    await ask('http://named.test').catch(() => undefined);
    expect(gateway.requests).toEqual(['GET http://named.test/']);
  });
});

describe('a file on the web', () => {
  it('is refused by its address', async () => {
    const network = openNetwork({ offline: 'true' });
    const target = path.join(await scratch(), 'file');
    const file = { url: new URL('https://files.test/bp.tgz?t=1'), digest: DIGEST, target, maxBytes: 1 };
    const ports = { network, clock: CLOCK, log: SILENT_LOG, signal: new AbortController().signal };
    const refusal = await refusalOf(() => download(file, ports));
    expect([refusal.code, refusal.message]).toEqual([
      'policy',
      expect.stringContaining('can\'t fetch "https://files.test/bp.tgz": with offline'),
    ]);
  });
});
