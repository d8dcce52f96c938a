import type { Dispatcher } from 'undici';
import { isOfProxy, proxyRefused } from '../failure.ts';
import type { ProxyServer } from '../proxy-server.ts';
import { type AnswerHead, watchAnswers } from './answers.ts';
import { endpointOf, formatEndpoint } from './endpoint.ts';
import { proxyAuthorization } from './http-connect.ts';

type Headers = Dispatcher.DispatchOptions['headers'];

/**
 * Makes requests for plain http targets into requests to a proxy: the whole URL as the target (RFC 9112, section 3.2.2), the target in
 * `Host`, and the proxy's credential. Answers that are the proxy's own fail as `ProxyError`.
 *
 * @param pool its connections lead to the proxy, one set of them for each target
 */
export function inAbsoluteForm(pool: Dispatcher, server: ProxyServer): Dispatcher {
  return pool.compose((dispatch) => (options, handler) => {
    const url = new URL(String(options.origin));
    const headers = { host: url.host, ...recordOf(options.headers), ...proxyAuthorization(server) };
    const route = { server, target: formatEndpoint(endpointOf(url)) };
    const path = `${url.origin}${options.path}`;
    const refuse = (answer: AnswerHead) => {
      if (isOfProxy(answer)) throw proxyRefused(route, answer);
    };
    return dispatch({ ...options, path, headers }, watchAnswers(handler, refuse));
  });
}

/** Of the three forms that undici takes, names in lower case. */
function recordOf(headers: Headers): Record<string, string | string[] | undefined> {
  return Object.fromEntries(pairsOf(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

function pairsOf(headers: NonNullable<Headers>): readonly (readonly [string, string | string[] | undefined])[] {
  if (Array.isArray(headers)) {
    const names = headers.filter((_, index) => index % 2 === 0);
    return names.map((name, index) => [name, headers[index * 2 + 1]]);
  }
  return Symbol.iterator in headers ? [...headers] : Object.entries(headers);
}
