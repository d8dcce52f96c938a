import { readFile, rm } from 'node:fs/promises';
import { parseMountPoints } from './mounts.ts';
import type { Log, ProcessRunner } from '../ports/index.ts';

/**
 * Removes a directory that foreign code wrote to, if it is there. Links are not followed, and folders may be nested deeper than a path
 * can say. Never removes what is mounted in it: nothing is mounted outside of a private namespace, and if something is after all, the
 * directory stays as it is. What can't be removed is told by a warning, since it decides nothing.
 */
export async function removeTree(
  directory: string,
  { processes, log }: { readonly processes: ProcessRunner; readonly log: Log },
): Promise<void> {
  const mounted = mountsBelow(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''), directory);
  if (mounted.length > 0) {
    log.warn(`"${directory}" is left behind, since something is mounted at "${mounted.join('", "')}"`);
    return;
  }
  // Faster than Node for tens of thousands of files, and it goes down folder by folder.
  const args = ['-rf', '--', directory];
  const outcome = await processes.run({ file: 'rm', args }).catch(() => undefined);
  if (outcome?.status === 0) return;
  await rm(directory, { recursive: true, force: true }).catch((error: unknown) => {
    log.warn(`"${directory}" is left behind: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** The mount points at or below a directory. */
export function mountsBelow(mountinfo: string, directory: string): readonly string[] {
  return parseMountPoints(mountinfo).filter((point) => point === directory || point.startsWith(`${directory}/`));
}
