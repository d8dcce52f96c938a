import type { Network } from '../ports/index.ts';
import { DOCKER_HUB } from '../reference/index.ts';
import type { Access } from './scope.ts';

/** Docker Hub's images are recorded under one host and served by another. */
const DOCKER_HUB_SERVER = 'registry-1.docker.io';

/** The `host[:port]` that answers for a registry. */
export function registryServer(registry: string): string {
  return registry === DOCKER_HUB ? DOCKER_HUB_SERVER : registry;
}

/**
 * `https://host[:port]/`, or http where the network says so.
 *
 * @throws NetworkFailure when the registry must be asked for that and can't be
 */
async function registryUrl(registry: string, network: Network): Promise<URL> {
  return new URL(`${await network.schemeOf(registry)}://${registryServer(registry)}/`);
}

/**
 * Where the API of the server that is asked begins: `https://registry.example/v2/`.
 *
 * @throws NetworkFailure as `registryUrl`
 */
export async function apiUrl({ repository, endpoint }: Access, network: Network): Promise<URL> {
  const { registry } = repository;
  const { scheme, apiRoot = '/v2' } = endpoint?.server ?? {};
  // What is insecure is for the network to decide and to tell.
  const secure = scheme === 'https' && endpoint?.insecure === false;
  const origin = secure ? `https://${registryServer(registry)}` : await registryUrl(registry, network);
  return new URL(`${apiRoot.replace(/\/$/, '')}/`, origin);
}

/** `<API>/<repository path>/<rest>`, asked on behalf of a registry where the endpoint stands for several. */
export function resourceUrl(api: URL, { repository, endpoint }: Access, rest: string): URL {
  const url = new URL(`${repository.path}/${rest}`, api);
  return endpoint?.namespace === undefined ? url : withParameter(url, 'ns', endpoint.namespace);
}

/** An absolute URL, or one relative to `base`; undefined when the text is neither. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** Adds a query parameter and leaves the rest of the query as it is, byte for byte: registries sign it. */
export function withParameter(url: URL, name: string, value: string): URL {
  const result = new URL(url);
  const separator = result.search === '' ? '?' : '&';
  result.search = `${result.search}${separator}${name}=${encodeURIComponent(value)}`;
  return result;
}

const SHOWN_PARAMETERS = new Set(['scope', 'service', 'digest', 'mount', 'from', 'ns']);

/** For messages: without user and password, and with query values only where we know that they are no secret. */
export function redactUrl(url: URL): string {
  const query = [...url.searchParams].map(([name, value]) => `${name}=${SHOWN_PARAMETERS.has(name) ? value : '…'}`);
  return `${url.origin}${url.pathname}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}
