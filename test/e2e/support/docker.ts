import { command } from '../../bench/command.ts';

/** Removes what a test's registry has left in the engine's store: builders pulled by us and by pack. Fine without docker. */
export async function forgetImages(registry: string): Promise<void> {
  const listing = await command('docker', ['image', 'ls', '--no-trunc', '--format', '{{.Repository}} {{.ID}}']).catch(
    () => '',
  );
  const images = listing
    .split('\n')
    .filter((line) => line.startsWith(`${registry}/`))
    .map((line) => line.slice(line.indexOf(' ') + 1));
  // One that a container still uses is another test's business.
  for (const image of new Set(images))
    await command('docker', ['image', 'rm', '--force', image]).catch(() => undefined);
}
