import { command } from './command.ts';

/** How long an image stays after somebody asked for it (milliseconds): longer than a run of all tests takes. */
const KEPT = 2 * 60 * 60_000;

/**
 * Has `load` bring an image of the bench into this machine's docker engine when it is not there. Then others of its repository go that
 * nobody has asked for in two hours, since each change of our programs makes another one.
 *
 * @param name with a tag by everything that the image is made of
 * @returns the name, to run
 */
export async function loadedImage(name: string, load: () => Promise<unknown>): Promise<string> {
  if (await mark(name)) return name;
  await load();
  await mark(name);
  await removeOld(name.slice(0, name.lastIndexOf(':')));
  return name;
}

/** Whether the image is there. Docker notes when an image was last given a tag, be it one that it has. */
async function mark(name: string): Promise<boolean> {
  return command('docker', ['tag', name, name]).then(
    () => true,
    () => false,
  );
}

async function removeOld(repository: string): Promise<void> {
  const names = await command('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', repository]);
  for (const name of names.trim().split('\n')) {
    // Others may remove it at the same time, and one that a container has can't be removed.
    await removeIfOld(name).catch(() => undefined);
  }
}

async function removeIfOld(name: string): Promise<void> {
  const format = '{{.Metadata.LastTagTime.Unix}}';
  // Long before 1970 when it was only loaded.
  const seconds = Number(await command('docker', ['image', 'inspect', '--format', format, name]));
  if (Date.now() - seconds * 1000 > KEPT) await command('docker', ['image', 'rm', name]);
}
