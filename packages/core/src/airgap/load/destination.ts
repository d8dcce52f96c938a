import { inputError } from '../../errors/problems.ts';
import { mirrorName } from '../../mirrors/index.ts';
import {
  canonicalRegistry,
  formatRepository,
  type ImageReference,
  isRegistryHost,
  parseReference,
  type Repository,
} from '../../reference/index.ts';

/** Where a closed network has its images: a registry, and a path below which they all are. */
export interface Destination {
  /** `host[:port]`. */
  readonly registry: string;
  /** Empty: the images are at the top. */
  readonly path: string;
}

/**
 * Reads `host[:port][/path]`.
 *
 * @throws InputError on `to`
 */
export function parseDestination(text: string): Destination {
  const [host = '', ...rest] = text.replace(/\/+$/, '').split('/');
  const isHost = isRegistryHost(host) && (/[.:]/.test(host) || host === 'localhost');
  if (!isHost)
    throw inputError(
      'to',
      `"${text}" does not begin with a registry`,
      'Write host[:port][/path], as in registry.example/mirror.',
    );
  if (rest.length === 0) return { registry: canonicalRegistry(host), path: '' };
  const reference = parseReference(text.replace(/\/+$/, ''), 'to');
  if (reference.kind === 'tag' && rest.at(-1)?.includes(':') !== true) return reference.repository;
  throw inputError('to', `"${text}" has a tag or a digest, and images keep their own`, 'Write host[:port][/path].');
}

export function formatDestination({ registry, path }: Destination): string {
  return path === '' ? registry : `${registry}/${path}`;
}

/**
 * Where an image lies in a closed network: its full name with the host, below the prefix. `docker.io/library/busybox` becomes
 * `registry.example/mirror/docker.io/library/busybox`. A path can't have a port's colon, which becomes an underscore.
 *
 * @throws InputError on `to` when the name gets too long
 */
export function relocated(repository: Repository, destination: Destination): Repository {
  const { registry, path } = destination;
  const moved = {
    registry,
    path: [path, relocatedHost(repository), repository.path].filter((part) => part !== '').join('/'),
  };
  if (formatRepository(moved).length <= 255) return moved;
  const message = `"${formatRepository(moved)}" has more than 255 characters, which no registry takes`;
  throw inputError('to', message, 'Give a shorter prefix.');
}

/** The same tag or digest, at the place where the image lies. */
export function relocatedReference(reference: ImageReference, destination: Destination): ImageReference {
  return { ...reference, repository: relocated(reference.repository, destination) };
}

/** A registry's host as a part of a path, another one for each host: no name of a host has an underscore. */
export function relocatedHost(repository: Repository): string {
  const [host = ''] = mirrorName(repository).split('/', 1);
  const [, address, port = ''] = /^\[(.*)\](.*)$/.exec(host) ?? [];
  const plain = address === undefined ? host : `ipv6_${groupsOf(address)}${port}`;
  return plain.replaceAll(':', '_');
}

/** `::1` as `z-z-1`: a part of a path begins and ends with a letter or digit. */
function groupsOf(address: string): string {
  return address
    .split(':')
    .map((group) => group || 'z')
    .join('-');
}
