import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { BuildpacksError } from '../../errors/index.ts';
import { errorCodes, networkFailure } from '../../network/failure.ts';
import { formatProxy, type ProxyServer } from '../../network/proxy/index.ts';
import type { Ports } from '../../ports/index.ts';
import { diagnoseTlsFailure, type TrustSource } from '../../trust/index.ts';
import type { Trial } from './trial.ts';

/** What OpenSSL calls an answer that is no TLS. */
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/;

/**
 * Connects to a proxy, with TLS where it speaks TLS itself. What it lets through shows when a registry is asked.
 *
 * @param trusted whom we trust, for messages
 */
export function proxyTrial(server: ProxyServer, trusted: readonly TrustSource[]): Trial<undefined> {
  return {
    what: 'proxy',
    subject: formatProxy(server),
    act: async ({ ports }) => {
      try {
        (await open(server, ports)).destroy();
      } catch (error) {
        throw await explain(error, server, { ...ports, trusted });
      }
      return { message: `listens (${server.source})`, found: undefined };
    },
  };
}

async function open({ host, port, protocol }: ProxyServer, { network, signal }: Ports): Promise<Socket> {
  if (protocol !== 'https') return opened(connectTcp({ host, port }), 'connect', signal);
  const name = isIP(host) === 0 ? { servername: host } : {};
  return opened(connectTls({ host, port, ...name, secureContext: network.contextFor() }), 'secureConnect', signal);
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

interface Explaining extends Pick<Ports, 'clock' | 'signal'> {
  readonly trusted: readonly TrustSource[];
}

/** As the network explains it, but for what helps with a registry only: no proxy leads to a proxy. */
async function explain(
  cause: unknown,
  server: ProxyServer,
  { trusted, clock, signal }: Explaining,
): Promise<BuildpacksError> {
  const { host, port, protocol, source } = server;
  const url = new URL(formatProxy(server));
  const { code: kind, message } = networkFailure(cause, url);
  const [code = ''] = protocol === 'https' ? errorCodes(cause) : [];
  const facts = { host: url.host, code, sources: trusted, now: clock.now() };
  const seen = await diagnoseTlsFailure(facts, { host, port }, { signal });
  if (seen === undefined) {
    return new BuildpacksError(kind, message, { cause, hint: `Check the name and port of the proxy in ${source}.` });
  }
  const hint = NO_TLS.test(code) ? `If the proxy speaks no TLS itself, write http:// in ${source}.` : seen.hint;
  return new BuildpacksError('registry', [seen.message, ...seen.details].join('\n'), { cause, hint });
}
