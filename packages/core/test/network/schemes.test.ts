import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SILENT_LOG } from '../../src/ports/index.ts';
import { loopbackAddress } from '../../../../test/bench/listen.ts';
import { openNetwork } from '../support/network.ts';

/** Listens until the test ends; gives `127.0.0.1:port`. */
async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Says something else than TLS when it has got a line, as Go's http server does. */
function waitsForLine(): Server {
  return createServer((socket) => {
    socket.on('data', (bytes) => {
      if (bytes.includes('\n')) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
  });
}

describe('the scheme of a registry', () => {
  it.each([
    ['a name', 'registry.example'],
    ['a name with a port', 'registry.example:5000'],
    ['a private address', '10.0.0.1:5000'],
    ['a name below localhost', 'a.localhost'],
    ['a name that begins with localhost', 'localhost.evil.example'],
    ['another port than the insecure one', 'insecure.example:5001'],
    ['the insecure name without its port', 'insecure.example'],
    ['a name below the insecure one', 'a.insecure.example:5000'],
  ])('is https for %s, without asking it', async (_, registry) => {
    const network = openNetwork({ 'insecure-registries': 'insecure.example:5000' });
    expect(await network.schemeOf(registry)).toBe('https');
  });

  it.each<[string, () => Server]>([
    ['an http server', () => createHttpServer()],
    ['one that waits for the end of a line', waitsForLine],
    ['one that speaks something else', () => createServer((socket) => socket.end('SSH-2.0-none\r\n'))],
  ])('is http on loopback for %s', async (_, make) => {
    const host = await listen(make());
    expect(await openNetwork().schemeOf(host)).toBe('http');
  });

  it('is found out without a request, and once', async () => {
    let [connections, requests] = [0, 0];
    const server = createHttpServer((_, response) => {
      requests += 1;
      response.end();
    });
    server.on('connection', () => (connections += 1));
    const host = await listen(server);
    const network = openNetwork();
    await Promise.all([network.schemeOf(host), network.schemeOf(host)]);
    await network.schemeOf(host);
    expect({ connections, requests }).toEqual({ connections: 1, requests: 0 });
  });

  it('is unknown where the server hangs up without an answer, and asked for again', async () => {
    let answer: (socket: Socket) => void = (socket) => socket.destroy();
    const host = await listen(
      createServer((socket) => {
        answer(socket);
      }),
    );
    const network = openNetwork();
    await expect(network.schemeOf(host)).rejects.toMatchObject({ name: 'NetworkFailure', transient: true });
    answer = (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await network.schemeOf(host)).toBe('http');
  });

  it('is unknown where nobody listens', async () => {
    const server = createServer();
    const host = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(openNetwork().schemeOf(host)).rejects.toThrow(`${host} refused the connection`);
  });

  it('is http for an insecure one where nobody listens on the port of https: that of http is another', async () => {
    const host = loopbackAddress();
    expect(await openNetwork({ 'insecure-registries': host }).schemeOf(host)).toBe('http');
  });

  it('is unknown where nobody listens on the port of an insecure one', async () => {
    const server = createServer();
    const host = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const network = openNetwork({ 'insecure-registries': host });
    await expect(network.schemeOf(host)).rejects.toMatchObject({ transient: true });
  });

  it('is not waited for when the network is closed', async () => {
    const network = openNetwork();
    const host = await listen(createServer());
    const asked = network.schemeOf(host);
    const outcome = expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    await network.close();
    await outcome;
  });
});

describe('plain http', () => {
  const warningsAfter = async (inputs: Record<string, string>, registry: string) => {
    const warnings: string[] = [];
    const network = openNetwork(inputs, { log: { ...SILENT_LOG, warn: (text) => void warnings.push(text) } });
    await network.schemeOf(registry);
    await network.schemeOf(registry);
    return warnings;
  };

  it('is told once for a registry that is listed', async () => {
    const host = await listen(createHttpServer());
    expect(await warningsAfter({ 'insecure-registries': host }, host)).toEqual([
      `${host} is spoken to in plain http, as insecure-registries says`,
    ]);
  });

  it('goes without saying on loopback', async () => {
    const host = await listen(createHttpServer());
    expect(await warningsAfter({}, host)).toEqual([]);
  });
});
