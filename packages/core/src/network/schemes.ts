import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { BuildpacksError } from '../errors/index.ts';
import type { Log } from '../ports/index.ts';
import { classifyHost } from './address.ts';
import { errorCodes, networkFailure } from './failure.ts';
import { ProxyError } from './proxy/index.ts';

export type Scheme = 'http' | 'https';

export interface SchemesOptions {
  /** The origins (`https://host[:port]`) that may be insecure, each with the input that says so. */
  readonly insecure: ReadonlyMap<string, string>;
  readonly log: Pick<Log, 'warn'>;
  /** A connection to a URL's host, before any TLS. */
  readonly open: (url: URL) => Promise<Socket>;
  readonly signal: AbortSignal;
}

/** Decides how servers are spoken to, and tells what is insecure, once per server. */
export interface Schemes {
  /** See `Network.schemeOf`. */
  readonly schemeOf: (registry: string) => Promise<Scheme>;
  /** Whether the certificate of an origin must be a good one: always, unless the user said otherwise. */
  readonly verifies: (origin: URL) => boolean;
}

/** In milliseconds: a server answers the beginning of a handshake at once. */
const TIMEOUT = 10_000;

/**
 * Registries on loopback and insecure ones may speak plain http, all others must speak TLS. What such a registry speaks is found out by
 * beginning a handshake with it: plain http only where the answer is no TLS, never since a certificate is bad. Where no connection
 * leads to the port of TLS, an insecure one may still be reached by plain http, if that goes to another port or by another proxy.
 */
export function createSchemes({ insecure, log, open, signal }: SchemesOptions): Schemes {
  const schemes = new Map<string, Promise<Scheme>>();
  const told = new Set<string>();
  const tell = (text: string) => {
    if (!told.has(text)) log.warn(text);
    told.add(text);
  };

  const find = async (registry: string, url: URL): Promise<Scheme> => {
    const input = insecure.get(url.origin);
    if (input === undefined && !isLoopback(url)) return 'https';
    const scheme = await ask(url, { open, signal, insecure: input !== undefined });
    if (scheme === 'http' && input !== undefined) tell(`${registry} is spoken to in plain http, as ${input} says`);
    return scheme;
  };

  return {
    schemeOf(registry) {
      const url = new URL(`https://${registry}`);
      const known = schemes.get(url.origin);
      if (known !== undefined) return known;
      const asked = find(registry, url);
      schemes.set(url.origin, asked);
      // A later call asks again.
      asked.catch(() => schemes.delete(url.origin));
      return asked;
    },
    verifies({ origin, host }) {
      const input = insecure.get(origin);
      if (input !== undefined) tell(`the certificate of ${host} is not verified, as ${input} says`);
      return input === undefined;
    },
  };
}

/** `localhost` itself, 127.0.0.0/8 and ::1. Names below `.localhost` may be anything in a company's DNS. */
function isLoopback({ hostname }: URL): boolean {
  return !hostname.endsWith('.localhost') && classifyHost(hostname) === 'loopback';
}

interface Question extends Pick<SchemesOptions, 'open' | 'signal'> {
  readonly insecure: boolean;
}

async function ask(url: URL, { open, signal: closing, insecure }: Question): Promise<Scheme> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT)]);
  let socket: Socket | undefined;
  try {
    socket = await open(url);
    return (await answersInTls(socket, url, signal)) ? 'https' : 'http';
  } catch (error) {
    if (closing.aborted) throw new BuildpacksError('cancelled', 'cancelled', { cause: error });
    // Many proxies open tunnels to port 443 alone. If plain http fails as well, its request tells.
    const elsewhere = error instanceof ProxyError || url.port === '';
    if (insecure && socket === undefined && elsewhere) return 'http';
    throw networkFailure(error, url);
  }
}

/** What OpenSSL calls an answer that is no TLS. */
const NO_TLS = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/;

/** Sends nothing but the beginning of a handshake, and nothing is concluded from it about who answers. */
function answersInTls(socket: Socket, { hostname }: URL, signal: AbortSignal): Promise<boolean> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const tls = connect({
    socket,
    rejectUnauthorized: false,
    // The second is no protocol: an http server that waits for the end of a line gets one, and answers at once.
    ALPNProtocols: ['http/1.1', '\n\n'],
    ...(isIP(host) === 0 && { servername: host }),
  });
  return new Promise<boolean>((resolve, reject) => {
    socket.on('error', reject);
    tls.once('secureConnect', () => {
      resolve(true);
    });
    tls.on('error', (error: Error) => {
      const [code = ''] = errorCodes(error);
      if (NO_TLS.test(code)) resolve(false);
      else if (code.startsWith('ERR_SSL_')) resolve(true);
      else reject(error);
    });
    signal.addEventListener('abort', () => {
      reject(Object.assign(new Error('no answer'), { code: 'ERR_TLS_HANDSHAKE_TIMEOUT' }));
    });
  }).finally(() => {
    tls.destroy();
    socket.destroy();
  });
}
