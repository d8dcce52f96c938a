import { readFile, rm } from 'node:fs/promises';
import type { EnginePorts } from '../ports.ts';

/**
 * Removes an unpacked builder, never what is mounted in it: nothing is mounted in our own namespace, and if something is after all, all
 * stays as it is and a warning says so.
 */
export async function removeRoot(root: string, { processes, log }: EnginePorts): Promise<void> {
  const mounted = mountsBelow(await readFile('/proc/self/mountinfo', 'utf8'), root);
  if (mounted.length > 0) {
    log.warn(`"${root}" is left behind, since something is mounted at "${mounted.join('", "')}"`);
    return;
  }
  // Faster than Node for tens of thousands of files.
  const args = ['-rf', '--one-file-system', '--', root];
  const outcome = await processes.run({ file: 'rm', args }).catch(() => undefined);
  if (outcome?.status !== 0) await rm(root, { recursive: true, force: true });
}

/** The mount points at or below a directory (proc_pid_mountinfo(5), field 5; blanks and backslashes are octal there). */
export function mountsBelow(mountinfo: string, directory: string): readonly string[] {
  return mountinfo
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
    )
    .filter((point) => point === directory || point.startsWith(`${directory}/`));
}
