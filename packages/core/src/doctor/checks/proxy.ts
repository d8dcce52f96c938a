import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { formatProxy, type ProxyServer } from '../../network/proxy/index.ts';
import type { Trial } from './trial.ts';

/** Connects to a proxy, with TLS where it speaks TLS itself. What it lets through shows when a registry is asked. */
export function proxyTrial(server: ProxyServer): Trial<undefined> {
  const address = formatProxy(server);
  const { host, port, protocol, source } = server;
  return {
    what: 'proxy',
    subject: address,
    act: async ({ ports }) => {
      const url = new URL(address);
      try {
        const socket = await (protocol === 'https'
          ? opened(connectTls({ host, port, secureContext: ports.network.contextFor() }), 'secureConnect', ports.signal)
          : opened(connectTcp({ host, port }), 'connect', ports.signal));
        socket.destroy();
      } catch (error) {
        throw await ports.network.explain(error, url);
      }
      return { message: `listens (${source})`, found: undefined };
    },
  };
}

async function opened(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  }
}
