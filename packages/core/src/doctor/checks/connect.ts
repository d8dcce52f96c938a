import { STATUS_CODES } from 'node:http';
import type { Endpoint } from '../../mirrors/index.ts';
import { parseChallenges } from '../../network/index.ts';
import { apiUrl, parseUrl, registryServer } from '../../registry/url.ts';
import type { RouteFacts } from '../report.ts';
import { formatWay } from '../routes.ts';
import type { TlsLook } from './tls-look.ts';
import type { Trial } from './trial.ts';

/** An answer's status, and what it says about who may ask. */
interface Greeting {
  readonly status: number;
  readonly challenge: string;
}

/** Asks a registry's API what it says to strangers (distribution specification, "Determining support"). */
export function connectTrial(
  endpoint: Endpoint,
  { look, route }: { readonly look: TlsLook; readonly route: (url: URL) => RouteFacts },
): Trial<URL> {
  return {
    what: 'connect',
    subject: registryServer(endpoint.reference.repository.registry),
    act: async ({ ports }) => {
      const { network, signal } = ports;
      const url = await apiUrl({ repository: endpoint.reference.repository, right: 'pull', endpoint }, network);
      const [{ status, challenge }, tls] = await Promise.all([greet(url, ports), look.describe(url, signal)]);
      const said = [formatWay(route(url)), ...tls].join(', ');
      if (status === 200) return { message: `${said}; open to everyone`, found: url };
      if (status === 401) return { message: `${said}; asks for ${demandOf(challenge)}`, found: url };
      return {
        message: `${said}; answers ${status} ${STATUS_CODES[status] ?? ''} to ${url.pathname}`,
        warning: { remedy: 'Check the host and port: registries answer 200 or 401 here.' },
        found: url,
      };
    },
  };
}

async function greet(url: URL, { network, signal }: TrialPorts): Promise<Greeting> {
  try {
    const { origin, pathname: path, search } = url;
    const headers = { 'user-agent': 'buildpacks-ci', 'accept-encoding': 'identity' };
    const answer = await network
      .dispatcher(url)
      .request({ origin, path: `${path}${search}`, method: 'GET', headers, signal });
    await answer.body.dump();
    const { 'www-authenticate': header = '' } = answer.headers;
    return { status: answer.statusCode, challenge: typeof header === 'string' ? header : header.join(', ') };
  } catch (error) {
    throw await network.explain(error, url);
  }
}

type TrialPorts = Parameters<Trial<URL>['act']>[0]['ports'];

/** What the first challenge wants: a password, or a token of a service on the same host or another. */
function demandOf(header: string): string {
  const [challenge] = parseChallenges(header);
  const realm = challenge?.parameters['realm'] ?? '';
  if (challenge?.scheme !== 'bearer') return challenge?.scheme === 'basic' ? 'a user and password' : 'credentials';
  return `a token of ${parseUrl(realm)?.origin ?? 'an unknown service'}`;
}
