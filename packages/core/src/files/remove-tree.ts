import { lstat, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseMountPoints } from './mounts.ts';
import type { Log, ProcessRunner } from '../ports/index.ts';

/** Half of what a path may have in bytes (Linux, PATH_MAX). */
const DEEP = 2048;

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
  await removeDeepTree(directory).catch((error: unknown) => {
    log.warn(`"${directory}" is left behind: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** Not every `rm` goes down further than a path can say (BusyBox's does not): folders that are too deep are first moved up. */
async function removeDeepTree(directory: string): Promise<void> {
  const folders = (await lstat(directory)).isDirectory() ? [directory] : [];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const inside = path.join(folder, entry.name);
      const isDeep = Buffer.byteLength(inside) > DEEP;
      const place = isDeep ? await mkdtemp(path.join(directory, 'moved-up-')) : inside;
      if (isDeep) await rename(inside, place);
      folders.push(place);
    }
  }
  await rm(directory, { recursive: true, force: true });
}

/** The mount points at or below a directory. */
export function mountsBelow(mountinfo: string, directory: string): readonly string[] {
  return parseMountPoints(mountinfo).filter((point) => point === directory || point.startsWith(`${directory}/`));
}
