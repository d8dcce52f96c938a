import { allInOrder } from '../../parallel/parallel.ts';
import type { Repository } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import type { Destination } from '../plan.ts';
import { blaming } from './blame.ts';

/**
 * Asks each registry that will be written to whether we may: a missing right is told before the build and not after it.
 *
 * @throws InputError on `image` naming every repository that may not be written to
 */
export async function requirePushRights(destinations: readonly Destination[], registry: RegistryClient): Promise<void> {
  const repositories = destinations.flatMap((to): Repository[] => (to.kind === 'registry' ? [to.repository] : []));
  await allInOrder(repositories.map((repository) => blaming('image', () => registry.checkPush(repository))));
}
