import type { ConnectionInputs } from '../../inputs/connection.ts';
import { createTransport, proxyTable } from '../../network/proxy/index.ts';
import type { Network } from '../../ports/index.ts';
import { probeTls } from '../../trust/index.ts';

/** Looks at the certificates that servers send, on the way that a build takes to them: who signed them shows who looks into TLS. */
export interface TlsLook {
  /** `TLSv1.3, certificate by "CN=…"`; `plain http`; nothing where nothing was seen. */
  describe(url: URL, signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What does not answer soon stays unseen: a look proves nothing. Milliseconds. */
const TIMEOUTS = { connect: 5000, tunnel: 5000, headers: 5000, body: 5000, idle: 1000 };

export function createTlsLook({ proxies }: ConnectionInputs, network: Network): TlsLook {
  const transport = createTransport({
    proxies: proxyTable(proxies),
    reach: network.reach,
    contextFor: (origin) => network.contextFor(origin),
    timeouts: TIMEOUTS,
    connections: 1,
  });
  return {
    async describe(url, signal) {
      if (url.protocol !== 'https:') return ['plain http'];
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      const target = { host, open: () => transport.openTo(url) };
      const { protocol, chain } = await probeTls(target, { signal, patience: 0 });
      const [leaf] = chain;
      return protocol === undefined || leaf === undefined ? [] : [protocol, `certificate by "${leaf.issuer}"`];
    },
    close: () => transport.close(),
  };
}
