import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from './world.ts';

/** Starts a command that alone knows these addresses by host name. Needs root; the engine of this machine does not know them. */
export async function withHosts(hosts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const file = path.join(await temporaryDirectory('hosts'), 'hosts');
  const lines = Object.entries({ localhost: '127.0.0.1', ...hosts }).map(([name, address]) => `${address} ${name}\n`);
  await writeFile(file, lines.join(''));
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file];
}
