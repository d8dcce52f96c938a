import type { Image } from '../../image/source.ts';
import type { ConnectionInputs } from '../../inputs/index.ts';
import { proxyTable } from '../../network/proxy/index.ts';
import { canonicalRegistry, formatRepository, type Repository } from '../../reference/index.ts';
import { registryServer } from '../../registry/index.ts';

/**
 * Why a container engine can't be expected to pull an image that our own client read: what it would need came by inputs, and these don't
 * reach it. An authority of `ca-certificates` is no reason: whether a registry needs it is not known, and without it a pull fails at once.
 */
export function pullObstacle(
  { registry, ...repository }: Repository,
  { source }: Image,
  { clientCertificates, insecureRegistries, offline, proxies }: ConnectionInputs,
): string | undefined {
  if (source.name !== formatRepository({ registry, ...repository })) return `it was read from ${source.name}`;
  if (offline !== undefined) return 'what an engine connects to is not ours to keep offline';
  if (clientCertificates.has(canonicalRegistry(registry))) return needs(registry, 'client-certificates');
  if (insecureRegistries.includes(registry)) return needs(registry, 'insecure-registries');
  const proxy = proxyTable(proxies).serverFor(new URL(`https://${registryServer(registry)}/`));
  return proxy?.source === 'https-proxy' ? needs(registry, 'https-proxy') : undefined;
}

function needs(registry: string, input: string): string {
  return `${registry} needs ${input}`;
}
