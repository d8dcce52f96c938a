import { InputError, type InputProblem } from '../../errors/index.ts';
import { joinNoProxy, LOOPBACK_NAMES } from './no-proxy-list.ts';
import { formatProxy, parseProxyServer } from './proxy-server.ts';
import type { ProxySettings } from './settings.ts';

/** What only buildpacks get; an empty value is none, and our own proxy counts. */
export interface BuildProxyInputs {
  readonly 'build-http-proxy'?: string;
  readonly 'build-https-proxy'?: string;
}

export interface BuildProxyOptions {
  readonly settings: ProxySettings;
  readonly inputs: BuildProxyInputs;
}

/**
 * HTTP_PROXY, HTTPS_PROXY and NO_PROXY for buildpacks, each in both letter cases; nothing where there is no proxy. Proxies are written in
 * full, never with user and password.
 *
 * @throws InputError for values that are no proxy, or that would show a password to buildpacks
 */
export function buildProxyEnvironment({ settings, inputs }: BuildProxyOptions): Readonly<Record<string, string>> {
  const { httpProxy, httpsProxy, noProxy } = settings.variables;
  const problems: InputProblem[] = [];
  const choose = (input: keyof BuildProxyInputs, own: string, source: string): string => {
    const given = inputs[input]?.trim() ?? '';
    try {
      if (given !== '') return withoutUser(given, input);
      return own === '' ? '' : formatProxy(parseProxyServer(own, source));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
      return '';
    }
  };
  const http = choose('build-http-proxy', httpProxy, settings.sources.http);
  const https = choose('build-https-proxy', httpsProxy, settings.sources.https);
  if (problems.length > 0) throw new InputError(problems);
  if (http === '' && https === '') return {};
  const direct = joinNoProxy(noProxy, LOOPBACK_NAMES);
  return inBothCases({ HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: direct });
}

function withoutUser(value: string, input: string): string {
  const server = parseProxyServer(value, input);
  if (server.credential === undefined) return formatProxy(server);
  const message = `"${formatProxy(server)}" is given with a user: every buildpack could read it`;
  const hint = `Leave ${input} out: the user and password of http-proxy and https-proxy are added by a relay where that is possible.`;
  throw new InputError([{ input, message, hint }]);
}

/** curl reads `http_proxy` in lower case only; Go, Python and others read either. */
function inBothCases(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const set = Object.entries(variables).filter(([, value]) => value !== '');
  return Object.fromEntries(set.flatMap(([name, value]) => [name, name.toLowerCase()].map((form) => [form, value])));
}
