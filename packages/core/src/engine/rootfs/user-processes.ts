import { readFile } from 'node:fs/promises';
import { BuildpacksError } from '../../errors/index.ts';
import type { Clock } from '../../ports/index.ts';
import { endAll, processesWhere } from './stragglers.ts';

/**
 * Makes sure that the user of a build has no process here that could be looked into, or that would be ended with the build.
 *
 * @throws BuildpacksError `engine` naming the processes
 */
export async function requireNoProcessOf(uid: number): Promise<void> {
  const pids = await processesOf(uid);
  if (pids.length === 0) return;
  const names = await Promise.all(
    pids.map((pid) =>
      readFile(`/proc/${pid}/comm`, 'utf8').then(
        (name) => name.trim(),
        () => '',
      ),
    ),
  );
  throw new BuildpacksError(
    'engine',
    `processes of user ${uid}, as whom buildpacks run, are there: ${names.join(', ')}`,
    {
      hint: 'Buildpacks could read their memory. End them before the build, or start them as another user.',
    },
  );
}

/**
 * Kills every process of a user and waits until none is alive.
 *
 * @throws BuildpacksError `engine` when one does not end within seconds
 */
export async function endProcessesOf(uid: number, clock: Clock): Promise<void> {
  await endAll(() => processesOf(uid), clock);
}

/** Those that have the user in any of their ids (proc_pid_status(5): real, effective, saved, file system), but for the dead that nobody asked about. */
async function processesOf(uid: number): Promise<readonly number[]> {
  return processesWhere(async (pid) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const ids = /^Uid:\t(.*)$/m.exec(status)?.[1]?.split('\t') ?? [];
    return ids.includes(String(uid)) && !/^State:\t[ZX]/m.test(status);
  });
}
