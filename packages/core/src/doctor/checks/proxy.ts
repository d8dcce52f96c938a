import type { Socket } from 'node:net';
import { BuildpacksError } from '../../errors/index.ts';
import { errorCodes, networkFailure } from '../../network/failure.ts';
import { formatProxy, openTcp, type ProxyServer, startTls } from '../../network/proxy/index.ts';
import type { Ports } from '../../ports/index.ts';
import { diagnoseTlsFailure, type TrustSource } from '../../trust/index.ts';
import type { Trial } from './trial.ts';

/** Milliseconds for the connection, and again for TLS. */
const TIMEOUT = 10_000;

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

async function open(server: ProxyServer, { network, signal }: Ports): Promise<Socket> {
  const patience = { milliseconds: TIMEOUT, signal };
  const socket = await openTcp(server, patience);
  if (server.protocol !== 'https') return socket;
  return startTls(socket, () => ({ host: server.host, context: network.contextFor(), verified: true }), patience);
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
  const { host, protocol, source } = server;
  const url = new URL(formatProxy(server));
  const { code: kind, message } = networkFailure(cause, url);
  const [code = ''] = protocol === 'https' ? errorCodes(cause) : [];
  const facts = { host: url.host, code, sources: trusted, now: clock.now() };
  const probed = { host, open: (ended: AbortSignal) => openTcp(server, { milliseconds: TIMEOUT, signal: ended }) };
  const seen = await diagnoseTlsFailure(facts, probed, { signal });
  if (seen === undefined) {
    return new BuildpacksError(kind, message, { cause, hint: `Check the name and port of the proxy in ${source}.` });
  }
  const hint = NO_TLS.test(code) ? `If the proxy speaks no TLS itself, write http:// in ${source}.` : seen.hint;
  return new BuildpacksError('registry', [seen.message, ...seen.details].join('\n'), { cause, hint });
}
