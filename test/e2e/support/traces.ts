import { readdir, readFile } from 'node:fs/promises';

/** The processes of this machine whose environment or command line holds a text; only those that we may look into. */
export async function processesWith(text: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      const command = (await read('cmdline')).replaceAll('\0', ' ');
      return command.includes(text) || (await read('environ')).includes(text) ? `${pid}: ${command}` : undefined;
    }),
  );
  return found.filter((line) => line !== undefined);
}
