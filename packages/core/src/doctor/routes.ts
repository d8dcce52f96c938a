import { BuildpacksError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import {
  formatProxy,
  parseNoProxy,
  parseProxyServer,
  type ProxyServer,
  type ProxySettings,
  proxyTable,
} from '../network/proxy/index.ts';
import type { ProxyFacts, ProxyInForce, RouteFacts } from './report.ts';

/** The proxies that the settings name; one that can't be used is told by the route of whoever needs it. */
export function describeProxies(settings: ProxySettings): ProxyFacts {
  const { http, https } = proxiesIn(settings);
  return {
    ...optional('http', http && proxyInForce(http)),
    ...optional('https', https && proxyInForce(https)),
    noProxy: itemsOf(settings.variables.noProxy),
  };
}

/** By the scheme of what is requested. */
export function proxiesIn(settings: ProxySettings): Readonly<Partial<Record<'http' | 'https', ProxyServer>>> {
  const { variables, sources } = settings;
  return {
    ...optional('http', parsedOrNothing(variables.httpProxy, sources.http)),
    ...optional('https', parsedOrNothing(variables.httpsProxy, sources.https)),
  };
}

/** How a URL is reached by the settings, and which of them decides. */
export function routeOf(url: URL, settings: ProxySettings): RouteFacts {
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  try {
    const server = proxyTable(settings).serverFor(url);
    if (server !== undefined) return { proxy: formatProxy(server), because: server.source };
  } catch (error) {
    if (!(error instanceof BuildpacksError)) throw error;
    return { because: settings.sources[scheme], problem: error.message };
  }
  const { httpProxy, httpsProxy, noProxy } = settings.variables;
  const isSet = (scheme === 'http' ? httpProxy : httpsProxy) !== '';
  return { because: isSet ? exceptionFor(url, noProxy) : `no proxy is set for ${scheme}` };
}

/** `directly`, `by the proxy http://host:port`. */
export function formatWay({ proxy }: RouteFacts): string {
  return proxy === undefined ? 'directly' : `by the proxy ${proxy}`;
}

function proxyInForce(server: ProxyServer): ProxyInForce {
  return { address: formatProxy(server), authenticated: server.credential !== undefined, source: server.source };
}

function parsedOrNothing(value: string, source: string): ProxyServer | undefined {
  if (value === '') return undefined;
  try {
    return parseProxyServer(value, source);
  } catch (error) {
    if (error instanceof BuildpacksError) return undefined;
    throw error;
  }
}

function exceptionFor(url: URL, noProxy: string): string {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port;
  if (parseNoProxy('')({ host, port })) return 'this machine is never reached by a proxy';
  const item = itemsOf(noProxy).find((each) => parseNoProxy(each)({ host, port }));
  return `no-proxy has "${item ?? noProxy}"`;
}

function itemsOf(noProxy: string): readonly string[] {
  return noProxy
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
