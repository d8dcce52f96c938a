import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { removeTree } from '../../files/remove-tree.ts';
import type { Ports } from '../../ports/index.ts';
import { DIRECTORY_LABEL } from './create-arguments.ts';

/** The temporary directories of builds (`files/temporary-directory.ts`). */
const BUILD = /^buildpacks-ci-[A-Za-z0-9]{6}$/;
const PROGRAMS = ['docker', 'podman'] as const;

/**
 * Removes the containers and files of builds that were killed before they could do so themselves. For whoever knows that no build is
 * running any more that has its files there, as a CI does when the job is over. What can't be removed stays, since it decides nothing.
 *
 * @param temporary the directory for temporary files that those builds had
 * @returns the directories that had been left
 */
export async function removeLeftovers(
  temporary: string,
  ports: Pick<Ports, 'processes' | 'log'>,
): Promise<readonly string[]> {
  const names = await readdir(temporary).catch(() => []);
  const directories = names.filter((name) => BUILD.test(name)).map((name) => path.join(temporary, name));
  for (const directory of directories) {
    for (const program of PROGRAMS) await removeContainersOf(directory, program, ports);
    await removeTree(directory, ports);
  }
  return directories;
}

async function removeContainersOf(
  directory: string,
  program: (typeof PROGRAMS)[number],
  { processes }: Pick<Ports, 'processes'>,
): Promise<void> {
  const run = async (args: readonly string[]) =>
    (await processes.run({ file: program, args }).catch(() => undefined))?.stdout ?? '';
  const listing = await run(['ps', '--all', '--quiet', '--filter', `label=${DIRECTORY_LABEL}=${directory}`]);
  const ids = listing.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await run(['rm', '--force', '--volumes', ...ids]);
}
