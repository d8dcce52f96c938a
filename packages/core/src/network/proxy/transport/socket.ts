import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import type { Endpoint } from './endpoint.ts';

/** How long a step may take, and what ends it before. */
export interface Patience {
  /** Milliseconds. */
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

export interface TlsOptions {
  /** Whose certificate is wanted. */
  readonly host: string;
  readonly context: SecureContext;
  /** False where any certificate will do. */
  readonly verified: boolean;
  /** Of an earlier connection to the same host, to be resumed. */
  readonly session?: Buffer;
}

const KEEP_ALIVE_AFTER = 60_000;

/** Which step nobody answered in time; the codes are those of the operating system, Node and undici for it. */
type Lateness = 'ETIMEDOUT' | 'ERR_TLS_HANDSHAKE_TIMEOUT' | 'UND_ERR_HEADERS_TIMEOUT';

/** @throws what the operating system says; an error with the code ETIMEDOUT */
export async function openTcp({ host, port }: Endpoint, patience: Patience): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER });
  await within(socket, patience, 'ETIMEDOUT', (signal) => once(socket, 'connect', { signal }));
  return socket;
}

/**
 * TLS on a connection, which may be TLS itself; the socket is destroyed when that fails.
 *
 * @param settings may throw
 * @throws what TLS says; an error with the code ERR_TLS_HANDSHAKE_TIMEOUT
 */
export async function startTls(socket: Socket, settings: () => TlsOptions, patience: Patience): Promise<TLSSocket> {
  try {
    const secured = handshake(socket, settings());
    await within(secured, patience, 'ERR_TLS_HANDSHAKE_TIMEOUT', (signal) =>
      once(secured, 'secureConnect', { signal }),
    );
    return secured;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function handshake(socket: Socket, { host, context: secureContext, verified, session }: TlsOptions): TLSSocket {
  return connectTls({
    socket,
    host,
    secureContext,
    // Said in any case: else NODE_TLS_REJECT_UNAUTHORIZED would decide.
    rejectUnauthorized: verified,
    ALPNProtocols: ['http/1.1'],
    // An address is no server name (RFC 6066, section 3).
    ...(isIP(host) === 0 && { servername: host }),
    ...(session !== undefined && { session }),
  });
}

/** Runs a step of work on a socket and destroys it when the step fails or takes too long, which is then an error with this code. */
export async function within<T>(
  socket: Socket,
  { milliseconds, signal }: Patience,
  code: Lateness,
  step: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(milliseconds);
  try {
    return await step(AbortSignal.any([late, signal]));
  } catch (error) {
    // Nobody listens any more to what it still says.
    socket.on('error', () => undefined).destroy();
    if (!late.aborted || signal.aborted) throw error;
    throw Object.assign(new Error(`no answer for ${milliseconds} ms`, { cause: error }), { code });
  }
}
