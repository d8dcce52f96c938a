import { InputError, type InputProblem } from '../../errors/index.ts';
import { clusterNames, joinNoProxy } from './no-proxy-list.ts';
import { proxyRules, type ProxyVariables } from './proxy-rules.ts';
import { parseProxyServer, type ProxyServer, proxyValueProblem } from './proxy-server.ts';

/** What the user says about proxies; an empty value is none, and the environment's then counts. */
export interface ProxyInputs {
  readonly 'http-proxy'?: string;
  readonly 'https-proxy'?: string;
  readonly 'no-proxy'?: string;
}

export interface ProxySettingsOptions {
  /** Also reach the cluster that we run in directly. */
  readonly cluster?: boolean;
}

/** The values in force, well-formed, and where each comes from. */
export interface ProxySettings {
  readonly variables: ProxyVariables;
  /** By the scheme of what is requested: the name of the input or variable that names its proxy. */
  readonly sources: Readonly<Record<'http' | 'https', string>>;
}

/** Decides for each URL anew. */
export interface ProxyTable {
  /**
   * The proxy on the way to a URL, or undefined for a direct connection. The same object each time.
   *
   * @throws InputError when the proxy's scheme is not one that we speak; BuildpacksError `policy` as `ProxyRules` does
   */
  serverFor(url: URL): ProxyServer | undefined;
  /** For the log's mask: the secrets of all proxies, as written and as meant, alone and with their users. */
  readonly secrets: readonly string[];
}

/**
 * Takes each value from its input, else from the environment as Go reads it. Blanks around a value mean nothing.
 *
 * @throws InputError with every value that is no proxy
 */
export function readProxySettings(
  inputs: ProxyInputs,
  environment: Readonly<Record<string, string>>,
  { cluster = false }: ProxySettingsOptions = {},
): ProxySettings {
  const http = pick(inputs, environment, 'http-proxy');
  const https = pick(inputs, environment, 'https-proxy');
  const problems = [http, https]
    .filter(({ value }) => value !== '')
    .map(({ value, source }) => proxyValueProblem(value, source))
    .filter((problem): problem is InputProblem => problem !== undefined);
  if (problems.length > 0) throw new InputError(problems);
  const noProxy = pick(inputs, environment, 'no-proxy').value;
  return {
    variables: {
      httpProxy: http.value,
      httpsProxy: https.value,
      noProxy: cluster ? joinNoProxy(noProxy, clusterNames(environment)) : noProxy,
      cgi: http.source !== 'http-proxy' && (environment['REQUEST_METHOD'] ?? '') !== '',
    },
    sources: { http: http.source, https: https.source },
  };
}

export function proxyTable({ variables, sources }: ProxySettings): ProxyTable {
  const rules = proxyRules(variables);
  const parsed = new Map<string, ProxyServer>();
  const server = (value: string, source: string): ProxyServer => {
    const known = parsed.get(source) ?? parseProxyServer(value, source);
    parsed.set(source, known);
    return known;
  };
  return {
    serverFor: (url) => {
      const value = rules.proxyFor(url);
      return value === undefined ? undefined : server(value, sources[url.protocol === 'http:' ? 'http' : 'https']);
    },
    secrets: [variables.httpProxy, variables.httpsProxy].flatMap(secretsIn),
  };
}

/** Of any value that has a user, a scheme that we don't speak included. A user without a password is a token. */
function secretsIn(value: string): readonly string[] {
  const written = /^(?:[^/]*:\/\/)?(.*)@/s.exec(value)?.[1];
  if (written === undefined) return [];
  const colon = written.indexOf(':');
  const { credential } = credentialOf(written);
  const meant = credential === undefined ? [] : secretsOf(credential);
  return [...new Set([written.slice(colon + 1), ...meant])].filter((secret) => secret !== '');
}

function secretsOf({ username, password }: { readonly username: string; readonly password: string }) {
  return [password === '' ? username : password, `${username}:${password}`];
}

function credentialOf(written: string): Pick<ProxyServer, 'credential'> {
  return parseProxyServer(`http://${written}@host`, '');
}

function pick(
  inputs: ProxyInputs,
  environment: Readonly<Record<string, string>>,
  input: keyof ProxyInputs,
): { readonly value: string; readonly source: string } {
  const lower = input.replace('-', '_');
  const candidates: readonly (readonly [string, string | undefined])[] = [
    [input, inputs[input]],
    [lower.toUpperCase(), environment[lower.toUpperCase()]],
    [lower, environment[lower]],
  ];
  const [source, value = ''] = candidates.find(([, text = '']) => text.trim() !== '') ?? [input, ''];
  return { value: value.trim(), source };
}
