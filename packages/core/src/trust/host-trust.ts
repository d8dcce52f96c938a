import { optional } from '../json/json.ts';
import { canonicalRegistry, DOCKER_HUB } from '../reference/index.ts';
import { readCertsDirectory } from './certs-directory.ts';
import { type CertificateFiles, readCertificateFiles } from './server-trust.ts';
import type { ClientCertificate, HostTrust } from './types.ts';

export interface HostTrustOptions {
  /** From the input, by registry; these win over those of all other places. */
  readonly clientCertificates: ReadonlyMap<string, ClientCertificate>;
  /** What mirror rules name, by registry in canonical form; certs.d is used beside it. */
  readonly servers?: ReadonlyMap<string, CertificateFiles>;
  /** See `certsDirectories`. */
  readonly directories: readonly string[];
}

/** Docker's and Podman's name for its folder comes first. */
const HUB_FOLDERS = ['docker.io', DOCKER_HUB, 'registry-1.docker.io'];

/**
 * Finds what a registry needs beyond the trust store. Each registry's files are read when it is first asked for, and once.
 *
 * @returns a function of `host[:port]` as in the names of images (`host:443` is not `host`), which throws InputError when the files
 *   can't be used
 */
export function createHostTrust({
  clientCertificates,
  servers,
  directories,
}: HostTrustOptions): (registry: string) => HostTrust {
  const known = new Map<string, HostTrust>();
  return (host) => {
    const registry = canonicalRegistry(host);
    const found = known.get(registry);
    if (found !== undefined) return found;
    const names = registry === DOCKER_HUB ? HUB_FOLDERS : [registry];
    const folder = readCertsDirectory(directories, names);
    const files = servers?.get(registry);
    const named = files === undefined ? undefined : readCertificateFiles(files);
    const trust = {
      certificates: [...(named?.certificates ?? []), ...folder.certificates],
      ...optional('client', clientCertificates.get(registry) ?? named?.client ?? folder.client),
    };
    known.set(registry, trust);
    return trust;
  };
}
