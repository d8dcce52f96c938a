import { mirrorName } from '../mirrors/index.ts';
import type { Repository } from '../reference/index.ts';

/** The one name by which rules know a repository: Docker Hub as `docker.io`, and https without its own port. */
export function policyName({ registry, path }: Repository): string {
  return mirrorName({ registry: policyHost(registry), path });
}

/** The same of a host alone. */
export function policyHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/:443$/, '')
    .replace(/^(?:index|registry-1)\.docker\.io$/, 'docker.io');
}
