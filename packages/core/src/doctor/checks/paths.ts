import type { ConnectionInputs } from '../../inputs/connection.ts';
import { optional } from '../../json/json.ts';
import type { Endpoint } from '../../mirrors/index.ts';
import { formatProxy, type ProxyServer, proxyTable } from '../../network/proxy/index.ts';
import type { Ports } from '../../ports/index.ts';
import { registryServer } from '../../registry/index.ts';
import type { TrustSource } from '../../trust/index.ts';
import type { Check } from '../report.ts';
import { proxiesIn, routeOf } from '../routes.ts';
import { connectTrial } from './connect.ts';
import { proxyTrial } from './proxy.ts';
import type { TlsLook } from './tls-look.ts';
import { type Outcome, type Trial, tryOut } from './trial.ts';
import { type TriedPath, Tries } from './tries.ts';

/** The ways to proxies and registries, each tried once, however many images need it. */
export interface Paths {
  /** What stands in the way to an endpoint's registry; undefined when it answers. */
  obstacle(endpoint: Endpoint): Promise<Check | undefined>;
  /** All proxies that the settings name. */
  checkProxies(): Promise<void>;
  /** In the order in which they were asked for, proxies first. */
  tried(): Promise<readonly TriedPath[]>;
}

export interface PathMeans {
  readonly look: TlsLook;
  /** Whom we trust, for messages. */
  readonly trusted: readonly TrustSource[];
  readonly ports: Ports;
}

export function createPaths(connection: ConnectionInputs, { look, trusted, ports }: PathMeans): Paths {
  const table = proxyTable(connection.proxies);
  const proxies = new Tries<undefined>();
  const registries = new Tries<URL>();
  const route = (url: URL) => routeOf(url, connection.proxies);
  // Settings that can't be used are told by the connection itself.
  const serverFor = (url: URL) => (route(url).proxy === undefined ? undefined : table.serverFor(url));

  const throughProxy = (server: ProxyServer, leadsTo: readonly string[]): Promise<Outcome<undefined>> =>
    proxies.once(formatProxy(server), leadsTo, () => tryOut(proxyTrial(server, trusted), ports));

  const connect = async (endpoint: Endpoint): Promise<Outcome<URL>> => {
    const { registry } = endpoint.reference.repository;
    const trial = connectTrial(endpoint, { look, route });
    const server = serverFor(new URL(`https://${registryServer(registry)}`));
    const proxy = server === undefined ? undefined : await throughProxy(server, [registry]);
    if (proxy?.check.verdict === 'failed') return { check: notTried(trial, proxy.check), urls: [] };
    return tryOut(trial, ports);
  };

  return {
    async obstacle(endpoint) {
      const { registry } = endpoint.reference.repository;
      const { check } = await registries.once(registry, [registry], () => connect(endpoint));
      return check.verdict === 'failed' ? check : undefined;
    },
    async checkProxies() {
      await Promise.all(Object.values(proxiesIn(connection.proxies)).map((server) => throughProxy(server, [])));
    },
    async tried() {
      const [ofProxies, ofRegistries] = await Promise.all([proxies.all(), registries.all()]);
      return [...ofProxies, ...ofRegistries];
    },
  };
}

/** What can't be tried since something before it failed. */
export function notTried(trial: Pick<Trial<unknown>, 'what' | 'subject'>, { subject, code }: Check): Check {
  const { what } = trial;
  return {
    verdict: 'failed',
    what,
    subject: trial.subject,
    message: `not tried: ${subject} can't be reached`,
    details: [],
    ...optional('code', code),
  };
}
