import type { Engine, RelayPlace } from '../engine/index.ts';
import type { ConnectionInputs } from '../inputs/index.ts';
import { classifyHost } from '../network/index.ts';
import { formatProxy, parseProxyServer, type ProxyServer, type Relay, startRelay } from '../network/proxy/index.ts';
import type { Log, Ports } from '../ports/index.ts';
import type { Plan } from './plan.ts';

/** How long a relay waits for its proxy, in milliseconds: to be reached, and to open a tunnel. */
const TIMEOUTS = { connect: 30_000, tunnel: 60_000 };
/** More than any package manager has at a time. */
const CONNECTIONS = 256;

type Environment = Plan['lifecycle']['environment'];

/** A proxy of the plan that buildpacks can't use as it stands there. */
interface HiddenProxy {
  readonly variable: 'HTTP_PROXY' | 'HTTPS_PROXY';
  readonly server: ProxyServer;
}

export interface RelayedRun {
  readonly plan: Plan;
  readonly engine: Engine;
  /** Of our own process, which may be another than PREPARE's. */
  readonly connection: ConnectionInputs;
}

/**
 * Does the work of RUN with an environment in which relays of ours stand for proxies that buildpacks can't use by themselves: those with
 * a password, which foreign code is not to know, and those on this machine's loopback, which a container does not reach. Where no relay
 * can be, there is one warning. The relays end with the work, however it ends.
 */
export async function withRelays<T>(
  { plan, engine, connection }: RelayedRun,
  ports: Ports,
  work: (environment: Environment) => Promise<T>,
): Promise<T> {
  const { environment, network } = plan.lifecycle;
  const hidden = hiddenProxies(environment, connection);
  if (hidden.length === 0) return work(environment);
  const place = await engine.relayPlace(network);
  const [first, ...more] = hidden.filter(({ server }) => needsRelay(server, place));
  if (first === undefined) return work(environment);
  if (place.kind === 'nowhere') {
    ports.log.warn(unreachable(first.server, place.reason));
    return work(environment);
  }
  const relays = new Map<string, Relay>();
  try {
    const replaced: Record<string, string> = {};
    for (const { variable, server } of [first, ...more]) {
      const key = JSON.stringify(server.credential) + formatProxy(server);
      const relay = relays.get(key) ?? (await start(server, place, ports));
      relays.set(key, relay);
      replaced[variable] = replaced[variable.toLowerCase()] = relay.url;
    }
    return await work({ ...environment, ...replaced });
  } catch (error) {
    for (const relay of relays.values()) mentionUnused(relay, ports.log);
    throw error;
  } finally {
    await Promise.all([...relays.values()].map((relay) => relay.close()));
  }
}

/** Those that the plan names, that are ours too, and that the user gave no other for. */
export function hiddenProxies(
  environment: Environment,
  { proxies, buildProxies }: ConnectionInputs,
): readonly HiddenProxy[] {
  const { variables, sources } = proxies;
  const candidates = [
    {
      variable: 'HTTP_PROXY',
      value: variables.httpProxy,
      source: sources.http,
      given: buildProxies['build-http-proxy'],
    },
    {
      variable: 'HTTPS_PROXY',
      value: variables.httpsProxy,
      source: sources.https,
      given: buildProxies['build-https-proxy'],
    },
  ] as const;
  return candidates.flatMap(({ variable, value, source, given }) => {
    if (value === '' || (given ?? '') !== '' || environment[variable] === undefined) return [];
    const server = parseProxyServer(value, source);
    const hidden = server.credential !== undefined || isLoopback(server);
    return hidden && environment[variable] === formatProxy(server) ? [{ variable, server }] : [];
  });
}

/** A proxy on loopback without a password is reached by whoever shares our network. */
export function needsRelay(server: ProxyServer, place: RelayPlace): boolean {
  return server.credential !== undefined || place.kind === 'nowhere' || classifyHost(place.address) !== 'loopback';
}

function isLoopback({ host }: ProxyServer): boolean {
  return classifyHost(host) === 'loopback';
}

async function start(
  upstream: ProxyServer,
  { address, admits }: Extract<RelayPlace, { kind: 'here' }>,
  { network, log, signal }: Ports,
): Promise<Relay> {
  const contextFor = network.contextFor.bind(network);
  const { reach } = network;
  const options = {
    upstream,
    reach,
    contextFor,
    timeouts: TIMEOUTS,
    address,
    admits,
    connections: CONNECTIONS,
    log,
    signal,
  };
  const relay = await startRelay(options);
  log.info(`Buildpacks reach the proxy ${formatProxy(upstream)} by a relay on ${relay.url}`);
  return relay;
}

function mentionUnused({ url, reached }: Relay, log: Log): void {
  if (reached()) return;
  log.info(
    `Nothing in the build reached the relay on ${url}. If a buildpack tried, look for a firewall of this machine`,
  );
}

function unreachable(server: ProxyServer, reason: string): string {
  const proxy = formatProxy(server);
  const trouble =
    server.credential === undefined
      ? `buildpacks don't reach the proxy ${proxy}, which is on this machine's own loopback`
      : `buildpacks get the proxy ${proxy} without its password`;
  return `${trouble}, and no relay of ours can stand in for it: ${reason}. If they fetch anything, name a proxy that they can use as it is (build-http-proxy, build-https-proxy); if not, use the network "none"`;
}
