import { command } from '../../bench/command.ts';
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

/** The containers of ours, running or not, whose build knows this registry. */
export async function containersOf(registry: string): Promise<readonly string[]> {
  const ids = await docker(['ps', '--all', '--quiet', '--filter', 'label=buildpacks-ci']);
  const found = await Promise.all(
    ids.map(async (id) => {
      const environment = await docker(['container', 'inspect', '--format', '{{json .Config.Env}}', id]);
      return environment.join('').includes(registry) ? id : undefined;
    }),
  );
  return found.filter((id) => id !== undefined);
}

/** What Docker's store has under this name. */
export function loadedImages(name: string): Promise<readonly string[]> {
  return docker(['image', 'ls', '--quiet', name]);
}

/** Where something is mounted at or below a directory. */
export async function mountsBelow(directory: string): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.filter((line) => (line.split(' ')[4] ?? '').startsWith(directory));
}

/** The output's lines; none without docker, and none when what was asked about has just gone. */
async function docker(args: readonly string[]): Promise<readonly string[]> {
  const output = await command('docker', args).catch(() => '');
  return output.split('\n').filter((line) => line !== '');
}
