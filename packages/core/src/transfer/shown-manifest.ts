import { BuildpacksError } from '../errors/index.ts';
import type { RawManifest } from '../image/manifest.ts';
import { formatRepository, type Repository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';

/**
 * Puts a manifest under its digest and looks at it, before a tag leads there: the word of a registry that loses writes is no sign.
 *
 * @throws BuildpacksError `registry` unless the repository shows it
 */
export async function putShown(
  raw: RawManifest,
  repository: Repository,
  registry: Pick<RegistryClient, 'headManifest' | 'putManifest'>,
): Promise<void> {
  const { digest } = raw;
  await registry.putManifest(repository, digest, raw);
  const head = await registry.headManifest({ kind: 'digest', repository, digest });
  if (head?.digest === digest) return;
  const message = `${formatRepository(repository)} took the manifest ${digest} but does not show it`;
  const hint = 'No tag was moved. Try again; if it stays so, the registry or a proxy before it loses writes.';
  throw new BuildpacksError('registry', message, { hint });
}
