import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from '../command.ts';
import type { Container, Pod } from './pod.ts';

/** Who a container runs as. */
export interface Account {
  /** For `docker run --user`; undefined: the image's own. */
  readonly user?: string;
  /** Why the kubelet does not start the container. */
  readonly refusal?: string;
}

/** Who a container runs as, and whether that is root where it must not be: the kubelet looks into the image for that, which is there. */
export async function accountOf({ image, securityContext: own = {} }: Container, pod: Pod): Promise<Account> {
  const { runAsUser, runAsGroup, runAsNonRoot } = { ...pod.spec.securityContext, ...own };
  const imageUser = (await command('docker', ['image', 'inspect', '--format', '{{.Config.User}}', image])).trim();
  const name = String(runAsUser ?? imageUser.split(':', 1)[0]);
  if (runAsNonRoot === true) {
    if (name === '' || /^0+$/.test(name)) return { refusal: 'container has runAsNonRoot and would run as root' };
    if (!/^\d+$/.test(name)) return { refusal: `container has runAsNonRoot and an image with a user by name, ${name}` };
  }
  if (runAsGroup !== undefined) return { user: `${name === '' ? 0 : name}:${runAsGroup}` };
  return runAsUser === undefined ? {} : { user: name };
}

/**
 * The accounts of an image with one more for a user that it does not know, as CRI-O writes it where a cluster (OpenShift) chooses users.
 *
 * @returns a file for /etc/passwd; undefined when the image has none
 */
export async function accountsWith(user: number, image: string, directory: string): Promise<string | undefined> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, 'passwd');
  const container = (await command('docker', ['create', image, 'true'])).trim();
  const isThere = await command('docker', ['cp', `${container}:/etc/passwd`, file]).then(
    () => true,
    () => false,
  );
  await command('docker', ['rm', container]);
  if (!isThere) return undefined;
  const accounts = await readFile(file, 'utf8');
  const isKnown = accounts.split('\n').some((line) => line.split(':')[2] === String(user));
  if (!isKnown) await writeFile(file, `${accounts}${user}:x:${user}:0:${user} user:/:/sbin/nologin\n`);
  return file;
}
