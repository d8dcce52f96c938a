import { BuildpacksError } from '../errors/index.ts';
import { type Digest, formatRepository, type Repository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';

/**
 * Looks at a manifest that was put, before a tag leads to it: the word of a registry that loses writes is no sign.
 *
 * @throws BuildpacksError `registry` unless the repository shows it
 */
export async function requireShown(
  digest: Digest,
  repository: Repository,
  registry: Pick<RegistryClient, 'headManifest'>,
): Promise<void> {
  const head = await registry.headManifest({ kind: 'digest', repository, digest });
  if (head?.digest === digest) return;
  const message = `${formatRepository(repository)} took the manifest ${digest} but does not show it`;
  const hint = 'No tag was moved. Try again; if it stays so, the registry or a proxy before it loses writes.';
  throw new BuildpacksError('registry', message, { hint });
}
