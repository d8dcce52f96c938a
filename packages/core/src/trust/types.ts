import type { Certificate } from './certificate.ts';

/** What one place gave. */
export interface TrustSource {
  /** For messages: a path as the user wrote it, a variable, `Node.js 24.21.0`. */
  readonly name: string;
  /** Certificates read from it, those that another place has too included. */
  readonly count: number;
  readonly warnings: readonly string[];
}

/** What one host needs beyond the store. */
export interface HostTrust {
  /** Trusted for this host alone. */
  readonly certificates: readonly Certificate[];
  readonly client?: ClientCertificate;
}

/** What we show to a server that wants to know who we are. */
export interface ClientCertificate {
  /** For messages: where it came from. */
  readonly source: string;
  /** PEM: the certificate, then those that lead to its authority. */
  readonly certificate: string;
  /** PEM, unencrypted: a secret. */
  readonly key: string;
}
