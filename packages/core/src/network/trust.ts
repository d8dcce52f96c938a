import type { SecureContext } from 'node:tls';
import { optional } from '../json/json.ts';
import type { Log } from '../ports/index.ts';
import {
  type ClientCertificate,
  type HostTrust,
  loadTrustStore,
  secureContext,
  type SystemPlaces,
  type TrustSource,
  type TrustStore,
  type UserCertificates,
} from '../trust/index.ts';

export interface TrustOptions {
  readonly user: UserCertificates | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly fileVariables: readonly string[] | undefined;
  readonly places: SystemPlaces | undefined;
  /** What one registry needs beyond the store. */
  readonly hostTrust: (registry: string) => HostTrust;
  readonly log: Pick<Log, 'warn'>;
}

/** Whom we trust, and who we are; read when TLS is spoken for the first time, and once. */
export interface NetworkTrust {
  /**
   * The TLS settings for an origin, or without one those for TLS to a proxy. The same object for the same settings.
   *
   * @throws InputError when the origin's own certificates can't be used
   */
  readonly contextFor: (origin?: URL) => SecureContext;
  readonly sources: () => readonly TrustSource[];
  /** What we show to an origin that asks. */
  readonly clientOf: (origin: URL) => ClientCertificate | undefined;
}

export function createTrust({ user, environment, fileVariables, places, hostTrust, log }: TrustOptions): NetworkTrust {
  const load = (): TrustStore => {
    const loaded = loadTrustStore({
      environment,
      ...optional('user', user),
      ...optional('fileVariables', fileVariables),
      ...optional('places', places),
    });
    for (const warning of loaded.sources.flatMap((source) => source.warnings)) log.warn(warning);
    return loaded;
  };
  const store = once(load);
  const common = once(() => secureContext(store()));
  const own = new Map<HostTrust, SecureContext>();

  const contextFor = (origin?: URL): SecureContext => {
    const trust = origin === undefined ? undefined : trustOf(origin, hostTrust);
    if (trust === undefined || isEmpty(trust)) return common();
    const context = own.get(trust) ?? secureContext(store(), trust);
    own.set(trust, context);
    return context;
  };
  return {
    contextFor,
    sources: () => store().sources,
    clientOf: (origin) => trustOf(origin, hostTrust).client,
  };
}

/** In a URL the scheme's own port is never written, in the name of a registry it may be. */
function trustOf({ host, port }: URL, hostTrust: TrustOptions['hostTrust']): HostTrust {
  const trust = hostTrust(host);
  return isEmpty(trust) && port === '' ? hostTrust(`${host}:443`) : trust;
}

function isEmpty({ certificates, client }: HostTrust): boolean {
  return certificates.length === 0 && client === undefined;
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
