import type { Repository } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import type { Destination } from '../plan.ts';

/**
 * Asks each registry that will be written to whether we may: a missing right is told before the build and not after it.
 *
 * @throws BuildpacksError `denied` naming the repository
 */
export async function requirePushRights(destinations: readonly Destination[], registry: RegistryClient): Promise<void> {
  const repositories = destinations.flatMap((to): Repository[] => (to.kind === 'registry' ? [to.repository] : []));
  await Promise.all(repositories.map((repository) => registry.checkPush(repository)));
}
