import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const run = promisify(execFile);

/**
 * Runs the program where the folder `small` of its directory is a disk of its own, and once more when that has room enough. Needs root.
 *
 * @param room options of tmpfs: `size=12k`
 * @returns what each run has printed, with its status at the end
 */
export async function withRoom(
  room: string,
  directory: string,
  args: readonly string[],
): Promise<{ readonly first: string; readonly second: string }> {
  const folder = path.join(directory, 'small');
  await mkdir(folder);
  const script = [
    'mount -t tmpfs -o "$1" tmpfs "$2"; folder="$2"; shift 2',
    '"$@" 2>&1; echo "status $?"; echo ---',
    'mount -o remount,size=16m,nr_inodes=1000 "$folder"',
    '"$@" 2>&1; echo "status $?"',
  ].join('\n');
  const program = [process.execPath, inject('programs').commandLine, ...args];
  const { stdout } = await run('unshare', ['--mount', 'sh', '-c', script, 'sh', room, folder, ...program], {
    cwd: directory,
  });
  const [first = '', second = ''] = stdout.split('---\n');
  return { first, second };
}
