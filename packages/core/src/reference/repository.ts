/** The registry that short names mean, by the name under which images record it. */
export const DOCKER_HUB = 'index.docker.io';

const DOCKER_HUB_NAMES = new Set([DOCKER_HUB, 'docker.io', 'registry-1.docker.io']);

/**
 * A repository on a registry, in canonical form: Docker Hub is `index.docker.io`, its official images have `library/`.
 * The identity of credentials, mirrors and mounts.
 */
export interface Repository {
  /** `host[:port]`, lower case. */
  readonly registry: string;
  /** `path/of/components`. */
  readonly path: string;
}

const HOST = /^(?:\[[0-9a-f:]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?!0+$)\d{1,5})?$/i;

/** Whether a text is `host[:port]` that can be connected to: no port 0 and none above 65535, no address of five numbers. */
export function isRegistryHost(text: string): boolean {
  return HOST.test(text) && URL.canParse(`https://${text}`);
}

export function canonicalRegistry(host: string): string {
  const lower = host.toLowerCase();
  return DOCKER_HUB_NAMES.has(lower) ? DOCKER_HUB : lower;
}

export function sameRepository(a: Repository, b: Repository): boolean {
  return a.registry === b.registry && a.path === b.path;
}

/** `registry/path`, Docker Hub in full: the long form that the lifecycle records. */
export function formatRepository(repository: Repository): string {
  return `${repository.registry}/${repository.path}`;
}
