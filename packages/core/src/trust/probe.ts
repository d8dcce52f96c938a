import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { plainText } from '../log/terminal-text.ts';
import { type Certificate, describeCertificate } from './certificate.ts';

/** Where a TLS handshake failed. */
export interface ProbeTarget {
  /** Without brackets. */
  readonly host: string;
  /** Gives a connection, through a proxy's tunnel where that is the way, over which TLS can start. */
  readonly open: (signal: AbortSignal) => Promise<Duplex>;
}

/** What one handshake showed. */
export interface ProbeResult {
  /** What the server sent: its own certificate, then each issuer of the one before. Empty when it did not come that far. */
  readonly chain: readonly Certificate[];
  /** The names and addresses that its own certificate is for. */
  readonly names: readonly string[];
  /** `TLSv1.3` */
  readonly protocol?: string;
  /** The code of the error that ended the handshake or came right after it, as a refused client does. */
  readonly code?: string;
}

export interface ProbeOptions {
  readonly signal: AbortSignal;
  /** For all of it, in milliseconds. */
  readonly timeout?: number;
  /** How long after the handshake a refusal is waited for, in milliseconds: in TLS 1.3 the server's verdict on us comes late. */
  readonly patience?: number;
}

const TIMEOUT = 5000;
const PATIENCE = 500;
const MAX_CHAIN = 10;
const MAX_NAMES = 20;

/**
 * Looks at the certificates of a server that could not be trusted: one handshake that verifies nothing, shows no client certificate,
 * sends no request, and is closed. For messages only: nothing may be concluded from it about whom we speak to. Never throws.
 */
export async function probeTls(target: ProbeTarget, options: ProbeOptions): Promise<ProbeResult> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeout ?? TIMEOUT)]);
  const nothing = { chain: [], names: [] };
  if (signal.aborted) return nothing;
  try {
    const raw = await openConnection(target, signal);
    return await shakeHands(raw, target.host, { signal, patience: options.patience ?? PATIENCE });
  } catch (error) {
    return { ...nothing, ...codeOf(error) };
  }
}

async function openConnection({ open }: ProbeTarget, signal: AbortSignal): Promise<Duplex> {
  const opened = open(signal);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('aborted'));
      // It may still open; then nobody waits for it.
      opened.then(
        (late) => late.destroy(),
        () => undefined,
      );
    });
  });
  return Promise.race([opened, aborted]);
}

function shakeHands(
  raw: Duplex,
  host: string,
  { signal, patience }: { readonly signal: AbortSignal; readonly patience: number },
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    let seen: ProbeResult = { chain: [], names: [] };
    // With an empty list Node adds no certificates of its own to the chain that the server sent.
    const settings = { rejectUnauthorized: false, ca: [], ...(isIP(host) === 0 && { servername: host }) };
    const socket = connectTls({ socket: raw, ...settings });
    const end = (error?: unknown) => {
      resolve({ ...seen, ...codeOf(error) });
      signal.removeEventListener('abort', abort);
      socket.destroy();
      raw.destroy();
    };
    const abort = () => {
      end();
    };
    signal.addEventListener('abort', abort);
    raw.on('error', end);
    socket.on('error', end);
    socket.on('close', abort);
    socket.on('secureConnect', () => {
      seen = describeServer(socket);
      setTimeout(abort, patience).unref();
      // Errors come only to who reads.
      socket.resume();
    });
  });
}

function describeServer(socket: TLSSocket): ProbeResult {
  const chain: Certificate[] = [];
  const leaf = socket.getPeerX509Certificate();
  for (let next = leaf; next !== undefined && chain.length < MAX_CHAIN; next = next.issuerCertificate) {
    const certificate = describeCertificate(next);
    if (chain.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)) break;
    chain.push(certificate);
  }
  const protocol = socket.getProtocol();
  return { chain, names: alternativeNames(leaf?.subjectAltName), ...(protocol !== null && { protocol }) };
}

/** From OpenSSL's text: `DNS:a.example, IP Address:10.0.0.1`. */
function alternativeNames(text = ''): readonly string[] {
  const names = text.split(', ').map((entry) => plainText(entry.replace(/^[A-Za-z ]+:/, '')));
  return names.filter((name) => name !== '').slice(0, MAX_NAMES);
}

function codeOf(error: unknown): { readonly code?: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
}
