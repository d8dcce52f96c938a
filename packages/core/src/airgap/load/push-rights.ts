import { mapInParallel } from '../../parallel/parallel.ts';
import { formatRepository } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import type { PushPlan } from './push-plan.ts';

const AT_ONCE = 4;

/**
 * Asks for the right to push wherever a blob is missing, so that a rehearsal tells when it is not there, and a load before it has sent a
 * gigabyte elsewhere.
 *
 * @throws RegistryError of the first repository that may not be written to
 */
export async function requirePushRights(
  { blobs }: Pick<PushPlan, 'blobs'>,
  registry: Pick<RegistryClient, 'checkPush'>,
): Promise<void> {
  const repositories = blobs.flatMap(({ missing }) => missing);
  const byName = new Map(repositories.map((repository) => [formatRepository(repository), repository]));
  await mapInParallel([...byName.values()], AT_ONCE, (repository) => registry.checkPush(repository));
}
