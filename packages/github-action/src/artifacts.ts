import { appendFile } from 'node:fs/promises';
import { type BuildResult, repositoryOf } from '@buildpacks-ci/core';

/**
 * Tells the runner what was published, where it keeps a list of artifacts for attestations: `oci://repository@digest`, one line for
 * each repository.
 *
 * @param file the runner's `GITHUB_ARTIFACTS`
 */
export async function listArtifacts(
  { tags, digest }: Pick<BuildResult, 'tags' | 'digest'>,
  file: string | undefined,
): Promise<void> {
  if (file === undefined || file === '') return;
  const repositories = new Set(tags.map(repositoryOf));
  const lines = [...repositories].map((repository) => `oci://${repository}@${digest}\n`);
  await appendFile(file, lines.join(''));
}
