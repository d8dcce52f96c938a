import type { ConnectionInputs } from '../../inputs/connection.ts';
import { optional } from '../../json/json.ts';
import { createTransport, formatProxy, proxyTable } from '../../network/proxy/index.ts';
import { diagnoseTlsFailure, type ProbeTarget, probeTls } from '../../trust/index.ts';
import type { Means } from '../collect.ts';
import type { DiagnoseTls } from './failure.ts';

/** Looks at the certificates that servers send, on the way that a build takes to them. */
export interface TlsLook {
  readonly diagnose: DiagnoseTls;
  /** `TLSv1.3, a certificate by "CN=…"`, for what works; undefined when nothing was seen. */
  describe(url: URL, signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A look is no build: what does not answer soon stays unseen. Milliseconds. */
const TIMEOUTS = { connect: 5000, tunnel: 5000, headers: 5000, body: 5000, idle: 1000 };

export function createTlsLook(connection: ConnectionInputs, { ports, store, trustOf }: Means): TlsLook {
  const { network, clock, signal } = ports;
  const proxies = proxyTable(connection.proxies);
  const transport = createTransport({
    proxies,
    contextFor: (origin) => network.contextFor(origin),
    timeouts: TIMEOUTS,
    connections: 1,
  });
  const targetOf = (url: URL): ProbeTarget => ({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 443 : Number(url.port),
    tunnel: () => transport.openTo(url),
  });
  return {
    async diagnose(url, code) {
      const server = proxies.serverFor(url);
      const context = {
        host: url.host,
        code,
        sources: store.sources,
        now: clock.now(),
        ...optional('proxy', server && formatProxy(server)),
        ...optional('clientCertificate', trustOf(url.host).client?.source),
      };
      return diagnoseTlsFailure(context, targetOf(url), { signal });
    },
    async describe(url, within) {
      const { protocol, chain } = await probeTls(targetOf(url), { signal: within, patience: 0 });
      const [leaf] = chain;
      return protocol === undefined || leaf === undefined ? undefined : `${protocol}, certificate by "${leaf.issuer}"`;
    },
    close: () => transport.close(),
  };
}
