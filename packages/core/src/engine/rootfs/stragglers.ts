import { readdir, stat } from 'node:fs/promises';
import { BuildpacksError } from '../../errors/index.ts';
import type { Clock } from '../../ports/index.ts';

const PAUSE = 10;
const ATTEMPTS = 500;

/**
 * Kills what still lives in a root directory and waits until nothing does. The namespace does it by itself; this is for the case that
 * its own parent was killed, and makes sure of it in every case.
 *
 * @throws BuildpacksError `engine` when a process does not end within seconds (one that waits for a broken disk, for instance)
 */
export async function endProcessesIn(root: string, clock: Clock): Promise<void> {
  await endAll(() => processesIn(root), clock);
}

/**
 * Kills processes until none is found any more. They are stopped first: one that starts others all the time could outrun us.
 *
 * @throws BuildpacksError `engine` when one does not end within seconds
 */
export async function endAll(find: () => Promise<readonly number[]>, clock: Clock): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const pids = await find();
    if (pids.length === 0) return;
    if (attempt === ATTEMPTS)
      throw new BuildpacksError('engine', `the process ${pids.join(', ')} of the build does not end`);
    for (const pid of pids) signal(pid, 'SIGSTOP');
    for (const pid of await find()) signal(pid, 'SIGKILL');
    await clock.sleep(PAUSE);
  }
}

/** The processes of this machine, or of this container, for which the test holds. */
export async function processesWhere(test: (pid: string) => Promise<boolean>): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  const found = await Promise.all(pids.map(test));
  return pids.filter((_, index) => found[index]).map(Number);
}

/** The processes that have this directory as their root. Needs root. */
async function processesIn(root: string): Promise<readonly number[]> {
  const wanted = await stat(root);
  return processesWhere(async (pid) => {
    const found = await stat(`/proc/${pid}/root/`).catch(() => undefined);
    return found?.ino === wanted.ino && found.dev === wanted.dev;
  });
}

/** It may have ended in the meantime. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    return;
  }
}
