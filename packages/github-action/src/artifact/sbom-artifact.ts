import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type ArtifactOptions, uploadArtifact } from './artifact-service.ts';
import { zipOf } from './zip.ts';

/**
 * Keeps all bills of materials of a build as an artifact of the run.
 *
 * @param files absolute, or below `directory`; in the archive their paths start there
 * @throws BuildpacksError when the artifact can't be kept
 */
export async function keepBills(
  name: string,
  files: readonly string[],
  directory: string,
  options: ArtifactOptions,
): Promise<void> {
  const entries = await Promise.all(
    files.map(async (file) => {
      const absolute = path.resolve(directory, file);
      return { name: path.relative(directory, absolute), content: await readFile(absolute) };
    }),
  );
  await uploadArtifact(name, zipOf(entries), options);
}
