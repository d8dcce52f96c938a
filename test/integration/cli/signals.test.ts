import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startBuildpacksCi } from './command-line.ts';

/** A registry that takes connections and never answers. */
async function silentRegistry(): Promise<{ readonly name: string; readonly server: Server }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { name: `127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe('a signal while a registry is waited for', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the command with 130 and says so', async (signal) => {
    const { name, server } = await silentRegistry();
    const { child, ended } = startBuildpacksCi(['inspect', `${name}/app`]);
    await once(server, 'request');
    child.kill(signal);
    expect(await ended).toEqual({ status: 130, stdout: '', stderr: `error: stopped by ${signal}\n` });
  });
});

describe('a signal while a connection is made', () => {
  test.each([
    ['by a proxy that says nothing', (peer: string) => ['registry.test/app', '--https-proxy', `http://${peer}`]],
    [
      'by a SOCKS proxy that says nothing',
      (peer: string) => ['registry.test/app', '--https-proxy', `socks5://${peer}`],
    ],
    ['to a server that says nothing in TLS', (peer: string) => [`${peer}/app`]],
  ])('%s ends the command', { timeout: 8000 }, async (_, inputs) => {
    const peer = createTcp((socket) => socket.on('error', () => undefined));
    peer.listen(0, '127.0.0.1');
    await once(peer, 'listening');
    onTestFinished(() => void peer.close());
    const { child, ended } = startBuildpacksCi([
      'inspect',
      ...inputs(`127.0.0.1:${(peer.address() as AddressInfo).port}`),
    ]);
    await once(peer, 'connection');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 130 });
  });
});

describe('a reader that leaves', () => {
  test('is no failure', async () => {
    const { child, ended } = startBuildpacksCi(['build', '--help']);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });
});
