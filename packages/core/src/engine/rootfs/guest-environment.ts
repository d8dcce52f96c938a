import { HOST_NAME } from '../environment.ts';
import type { EngineRun } from '../types.ts';
import { readGuestFile } from './guest-file.ts';

/** What Docker gives a container whose image has no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment as a container engine makes it: its own three variables, the image's, then the run's. */
export async function guestEnvironment(run: EngineRun, root: string): Promise<Readonly<Record<string, string>>> {
  const image = run.builder.image.config.config.Env.map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  const own = { PATH: DEFAULT_PATH, HOSTNAME: HOST_NAME, HOME: await homeOf(run.user.uid, root) };
  return { ...own, ...Object.fromEntries(image), ...run.environment };
}

/** The user's home by the builder's `/etc/passwd`, else `/`. */
async function homeOf(uid: number, root: string): Promise<string> {
  for (const line of (await readGuestFile(root, 'etc/passwd')).split('\n')) {
    const fields = line.split(':');
    const home = fields[5];
    if (fields[2] === String(uid) && home !== undefined && home !== '') return home;
  }
  return '/';
}
