import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';

/** Gives the connection pool to use for a URL: the one place that knows proxies, trust and what may be reached at all. */
export interface Network {
  dispatcher(url: URL): Dispatcher;
  /** True when this registry (`host[:port]`) is to be spoken to in plain http. Loopback registries are. */
  plainHttp(registry: string): boolean;
  /** Whom we trust, and who we are to an origin that asks; without an origin those for TLS to a proxy (a relay's way on). */
  contextFor(origin?: URL): SecureContext;
  close(): Promise<void>;
}
