import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { BuildpacksError } from '../errors/index.ts';

/**
 * What connections may lead to. Hosts are `registry.example`, `10.0.0.1`, `[::1]`; a port may follow and says nothing: registries have their
 * token service on another one.
 */
export interface Reach {
  /** Whether only hosts that were named may be reached. */
  readonly offline: boolean;
  readonly allows: (host: string) => boolean;
  /** Also lets a host be reached that the user has named, as the place of an image or a cache. */
  readonly admit: (host: string) => void;
  /** @throws BuildpacksError `policy` when the host may not be reached */
  readonly require: (host: string) => void;
}

/** Gives the connection pool to use for a URL: the one place that knows proxies, trust and what may be reached at all. */
export interface Network {
  /** What every connection of ours passes before it is made. */
  readonly reach: Reach;
  dispatcher(url: URL): Dispatcher;
  /**
   * How a registry (`host[:port]`) is spoken to: `https`, but for those on loopback and the insecure ones, which are asked once for what
   * they speak. That is no request.
   *
   * @throws NetworkFailure, ProxyError when it must be asked and can't be reached
   */
  schemeOf(registry: string): Promise<'http' | 'https'>;
  /** Whom we trust, and who we are to an origin that asks; without an origin those for TLS to a proxy (a relay's way on). */
  contextFor(origin?: URL): SecureContext;
  /**
   * Makes one of our errors of what a request failed with: what happened and what to do. Where it may be TLS, one more handshake without a
   * request tells which certificates were seen.
   */
  explain(error: unknown, url: URL): Promise<BuildpacksError>;
  close(): Promise<void>;
}
