import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from './world.ts';

/**
 * The environment in which one registry's credentials are known, from a configuration that goes when the test is over.
 *
 * @param user `user:password`; absent: a configuration without credentials
 */
export async function loggedIn(host: string, user?: string): Promise<Readonly<Record<string, string>>> {
  return { DOCKER_CONFIG: await writeLogin(await temporaryDirectory('docker-config'), host, user) };
}

/** Writes a configuration with these credentials into a directory, and gives the directory. */
export async function writeLogin(directory: string, host: string, user?: string): Promise<string> {
  const auths = user === undefined ? {} : { [host]: { auth: Buffer.from(user).toString('base64') } };
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, 'config.json'), JSON.stringify({ auths }));
  return directory;
}
