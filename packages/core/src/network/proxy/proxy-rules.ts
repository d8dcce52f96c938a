import { BuildpacksError } from '../../errors/index.ts';
import { parseNoProxy } from './no-proxy.ts';

/** The variables that say which proxy to use; empty is absent. */
export interface ProxyVariables {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
  /** In a CGI program HTTP_PROXY is what the request's header `Proxy` says: anyone's. */
  readonly cgi: boolean;
}

/** Decides for each URL anew, redirect targets and upload locations included. */
export interface ProxyRules {
  /**
   * The proxy's URL as text with its scheme filled in, or undefined for a direct connection.
   *
   * @throws BuildpacksError `policy` where HTTP_PROXY may come from a stranger
   */
  proxyFor(url: URL): string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** The rules of Go's `golang.org/x/net/http/httpproxy`: https URLs never use the http proxy, and there is no ALL_PROXY. */
export function proxyRules({ httpProxy, httpsProxy, noProxy, cgi }: ProxyVariables): ProxyRules {
  const bypass = parseNoProxy(noProxy);
  const proxies: Readonly<Record<string, string>> = { 'http:': httpProxy, 'https:': httpsProxy };
  return {
    proxyFor: (url) => {
      const value = proxies[url.protocol] ?? '';
      if (value === '') return undefined;
      if (cgi && url.protocol === 'http:') throw refuseCgi();
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      const port = url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? '') : url.port;
      return bypass({ host, port }) ? undefined : withScheme(value);
    },
  };
}

function refuseCgi(): BuildpacksError {
  return new BuildpacksError(
    'policy',
    'HTTP_PROXY is not used in a CGI program: whoever sends the request can set it',
    {
      hint: 'Unset REQUEST_METHOD if this is none, or give the proxy with the input http-proxy.',
    },
  );
}

/** A bare `host:port` is an http proxy. */
function withScheme(value: string): string {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]/.test(value) ? value : `http://${value}`;
}
