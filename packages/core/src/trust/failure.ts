import type { ProbeResult } from './probe.ts';
import type { TrustSource } from './types.ts';

/** A TLS connection that failed, and what is known about it. */
export interface TlsFailure {
  /** `host[:port]` */
  readonly host: string;
  /** Of Node or OpenSSL: `SELF_SIGNED_CERT_IN_CHAIN`. */
  readonly code: string;
  /** The proxy that the connection went through, without user and password. */
  readonly proxy?: string;
  readonly probe: ProbeResult;
  readonly sources: readonly TrustSource[];
  /** Where the client certificate came from that was shown, if one was. */
  readonly clientCertificate?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Codes that say only that the other side hung up; TLS 1.3 refuses a missing client certificate after the handshake. */
const HUNG_UP: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const TLS_CODE =
  /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_|HOSTNAME_MISMATCH$|ERR_TLS_(?!HANDSHAKE_TIMEOUT)|ERR_SSL_|ERR_OSSL_|UNSPECIFIED$|EPROTO$)/;

/** Whether a failure may be one of TLS, so that a probe can tell more about it. */
export function mayBeTlsFailure(code: string): boolean {
  return TLS_CODE.test(code) || isHangUp(code);
}

/** Whether a code says only that the other side hung up. */
export function isHangUp(code: string): boolean {
  return HUNG_UP.has(code);
}

/** The code that tells most: the probe's where the connection's own says only that the other side hung up; undefined when neither tells. */
export function tellingCode(code: string, probe: ProbeResult): string | undefined {
  if (!isHangUp(code)) return code;
  return probe.code?.includes('ALERT') === true ? probe.code : undefined;
}
