import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { BuildpacksError } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
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
        throw ofProxy(await ports.network.explain(error, url), server);
      }
      return { message: `listens (${source})`, found: undefined };
    },
  };
}

/** What helps with a registry does not help here: no proxy leads to it, and it is no registry. */
function ofProxy(failure: BuildpacksError, { protocol, source }: ProxyServer): BuildpacksError {
  const { code, message } = failure;
  const ownAuthority =
    protocol === 'https'
      ? `Give the authority of its certificate with ca-certificates; if the proxy speaks no TLS itself, write http:// in ${source}.`
      : undefined;
  const hint = code === 'registry' ? ownAuthority : `Check the name and port of the proxy in ${source}.`;
  return new BuildpacksError(code, message, { cause: failure, ...optional('hint', hint ?? failure.hint) });
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
