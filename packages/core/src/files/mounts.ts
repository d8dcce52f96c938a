import { readFile } from 'node:fs/promises';

/** Where something is mounted, in the order in which it was; the same place may come twice. */
export async function mountPoints(): Promise<readonly string[]> {
  return parseMountPoints(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
}

/** proc_pid_mountinfo(5), field 5; blanks and backslashes are octal there. */
export function parseMountPoints(mountinfo: string): readonly string[] {
  return mountinfo
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
    )
    .filter((point) => point !== '');
}
