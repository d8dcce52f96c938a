import type { Dispatcher } from 'undici';
import { isOfProxy, proxyRefused, type Route } from '../failure.ts';
import type { ProxyServer } from '../proxy-server.ts';
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
    return dispatch({ ...options, path, headers }, withoutAnswersOfProxy(handler, route));
  });
}

function withoutAnswersOfProxy(handler: Dispatcher.DispatchHandler, route: Route): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (controller, status, headers, socket) =>
      handler.onRequestUpgrade?.(controller, status, headers, socket),
    onResponseStart: (controller, status, headers, message) => {
      // What is thrown here aborts the request and becomes its error.
      if (isOfProxy({ status, headers })) throw proxyRefused(route, { status, headers });
      handler.onResponseStart?.(controller, status, headers, message);
    },
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  };
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
