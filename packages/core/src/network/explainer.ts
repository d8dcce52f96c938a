import type { Dispatcher } from 'undici';
import { BuildpacksError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import type { Clock } from '../ports/index.ts';
import { diagnoseTlsFailure, isHangUp, mayBeTlsFailure, type TlsExplanation } from '../trust/index.ts';
import { errorCodes, NetworkFailure, networkFailure } from './failure.ts';
import { formatProxy, type ProxyTable, type Transport, watchAnswers } from './proxy/index.ts';
import type { NetworkTrust } from './trust.ts';

export interface ExplainerOptions {
  readonly transport: Pick<Transport, 'openTo'>;
  readonly proxies: ProxyTable;
  readonly trust: NetworkTrust;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
}

/** Says why requests fail. */
export interface Explainer {
  /** The same pool; that an origin answers through it is remembered. */
  readonly watched: (pool: Dispatcher, url: URL) => Dispatcher;
  /** See `Network.explain`. */
  readonly explain: (error: unknown, url: URL) => Promise<BuildpacksError>;
}

/** Looks at each origin at most once per kind of failure: many requests fail together, and are tried again. */
export function createExplainer(options: ExplainerOptions): Explainer {
  const answered = new Set<string>();
  const diagnoses = new Map<string, Promise<TlsExplanation | undefined>>();
  const proxyOf = (url: URL) => {
    const server = options.proxies.serverFor(url);
    return server && formatProxy(server);
  };

  return {
    watched(pool, { protocol, origin }) {
      if (protocol !== 'https:' || answered.has(origin)) return pool;
      const note = () => void answered.add(origin);
      return pool.compose((dispatch) => (request, handler) => dispatch(request, watchAnswers(handler, note)));
    },
    async explain(error, url) {
      const failure = networkFailure(error, url, error instanceof BuildpacksError ? undefined : proxyOf(url));
      const code = errorCodes(error).find(mayBeTlsFailure);
      if (!(failure instanceof NetworkFailure) || url.protocol !== 'https:' || code === undefined) return failure;
      // Who has answered has agreed to TLS with us: such a connection broke later.
      if (isHangUp(code) && answered.has(url.origin)) return failure;
      const key = `${code} ${url.origin}`;
      const diagnosis = diagnoses.get(key) ?? diagnose(code, url, options);
      diagnoses.set(key, diagnosis);
      const explanation = await diagnosis;
      if (explanation === undefined) return failure;
      const transient = isHangUp(code) && options.trust.clientOf(url) !== undefined;
      return new NetworkFailure(explained(explanation, transient), error);
    },
  };
}

async function diagnose(code: string, url: URL, options: ExplainerOptions): Promise<TlsExplanation | undefined> {
  const { transport, proxies, trust, clock, signal } = options;
  const server = proxies.serverFor(url);
  const facts = {
    host: url.host,
    code,
    ...optional('proxy', server && formatProxy(server)),
    sources: trust.sources(),
    ...optional('clientCertificate', trust.clientOf(url)?.source),
    now: clock.now(),
  };
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return diagnoseTlsFailure(facts, { host, open: () => transport.openTo(url) }, { signal });
}

/** @param transient where the handshake that was looked at is not the one that failed: it showed no client certificate */
function explained({ message, details, hint }: TlsExplanation, transient: boolean) {
  return { code: 'registry', message: [message, ...details].join('\n'), hint, transient } as const;
}
