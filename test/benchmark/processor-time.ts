import { readFile } from 'node:fs/promises';

/** Ticks of the kernel's accounting; the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time, of user and system, that child processes of this one took which have ended (proc(5), `cutime` and `cstime`). */
export async function childProcessorSeconds(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'utf8');
  // The name before may hold anything, blanks as well.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
