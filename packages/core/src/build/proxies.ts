import type { BuildRequest } from '../inputs/index.ts';
import { buildProxyEnvironment } from '../network/proxy/index.ts';

/**
 * The proxies in the lifecycle's environment, which hands them on to buildpacks: without user and password, and none where there is no
 * network. A variable that the user sets in `env` is all theirs, in either letter case: else some programs would follow the user's and
 * others ours.
 */
export function plannedProxies({
  connection,
  environment,
  network,
}: Pick<BuildRequest, 'connection' | 'environment' | 'network'>): Readonly<Record<string, string>> {
  if (network === 'none') return {};
  const own = buildProxyEnvironment({ settings: connection.proxies, inputs: connection.buildProxies });
  const taken = new Set(Object.keys(environment).map((name) => name.toUpperCase()));
  return Object.fromEntries(Object.entries(own).filter(([name]) => !taken.has(name.toUpperCase())));
}
