import {
  type BuildRequest,
  type CacheStore,
  type ConnectionInputs,
  createNetwork,
  type Network,
  type Ports,
} from '@buildpacks-ci/core';
import type { Run } from './action.ts';
import { createGitHubStore } from './cache/index.ts';
import { childEnvironment } from './host.ts';

/**
 * Does the work with the ports of this host. Core gives its environment to engines and credential helpers, so it has what these may see.
 * The network is closed afterwards, so that the process can end.
 */
export async function withPorts<T>(
  connection: ConnectionInputs,
  { host, log }: Pick<Run, 'host' | 'log'>,
  work: (ports: Ports) => Promise<T>,
): Promise<T> {
  const { environment, machine, clock, processes, signal } = host;
  const network = createNetwork({ inputs: connection, environment, home: machine.home, clock, log, signal });
  try {
    return await work({ processes, network, log, clock, environment: childEnvironment(environment), machine, signal });
  } finally {
    await network.close();
  }
}

/** The same for a build, which gets the request without GitHub's cache where there is none. */
export async function withBuildPorts<T>(
  request: BuildRequest,
  run: Run,
  work: (request: BuildRequest, ports: Ports) => Promise<T>,
): Promise<T> {
  return withPorts(request.connection, run, (ports) => {
    const store = openCache(request, run, ports.network);
    return store === undefined
      ? work(withoutGitHub(request), ports)
      : work(request, { ...ports, cacheStores: { github: store } });
  });
}

/** GitHub's cache, where the build is to use it; that there is none is a warning only for those who have asked for it. */
function openCache({ cache }: BuildRequest, { inputs, host, log }: Run, network: Network): CacheStore | undefined {
  const wanted = cache.mode !== 'off' && cache.stores.some(({ kind }) => kind === 'host');
  if (!wanted) return undefined;
  const { environment, clock, machine } = host;
  const store = createGitHubStore({ environment, network, clock, log, temporary: machine.temporary });
  if (!('unavailable' in store)) return store;
  const message = `GitHub's cache is not used: ${store.unavailable}`;
  if (inputs.namesCacheStore) log.warn(message);
  else log.info(message);
  return undefined;
}

function withoutGitHub(request: BuildRequest): BuildRequest {
  const stores = request.cache.stores.filter(({ kind }) => kind !== 'host');
  return { ...request, cache: { ...request.cache, stores } };
}
