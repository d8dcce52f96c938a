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

/** @throws what the operating system says; an error with the code ETIMEDOUT */
export async function openTcp({ host, port }: Endpoint, patience: Patience): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER });
  return until(socket, 'connect', patience);
}

/**
 * TLS on a connection, which may be TLS itself; the socket is destroyed when that fails.
 *
 * @param settings may throw
 */
export async function startTls(socket: Socket, settings: () => TlsOptions, patience: Patience): Promise<TLSSocket> {
  try {
    return await until(handshake(socket, settings()), 'secureConnect', patience);
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

/** Runs a step of work on a socket and destroys it when the step fails or takes too long. */
export async function within<T>(
  socket: Socket,
  { milliseconds, signal }: Patience,
  step: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(milliseconds);
  try {
    return await step(AbortSignal.any([late, signal]));
  } catch (error) {
    // Nobody listens any more to what it still says.
    socket.on('error', () => undefined).destroy();
    if (!late.aborted || signal.aborted) throw error;
    throw Object.assign(new Error(`no answer for ${milliseconds} ms`, { cause: error }), { code: 'ETIMEDOUT' });
  }
}

async function until<S extends Socket>(socket: S, event: string, patience: Patience): Promise<S> {
  await within(socket, patience, (signal) => once(socket, event, { signal }));
  return socket;
}
