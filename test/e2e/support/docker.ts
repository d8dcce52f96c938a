import { command } from '../../bench/command.ts';

/**
 * Removes what a test's registry has left in the engine's store: builders pulled by us and by pack. By their names there, since an image may
 * have another test's name too. Fine without docker.
 */
export async function forgetImages(registry: string): Promise<void> {
  const format = '{{.Repository}} {{.Tag}} {{.Digest}}';
  const listing = await command('docker', ['image', 'ls', '--format', format]).catch(() => '');
  const names = listing.split('\n').flatMap((line) => {
    const [repository = '', tag, digest = ''] = line.split(' ');
    if (!repository.startsWith(`${registry}/`)) return [];
    return tag === '<none>' ? `${repository}@${digest}` : `${repository}:${tag ?? ''}`;
  });
  // One that a container still uses is another test's business.
  for (const name of new Set(names)) await command('docker', ['image', 'rm', '--force', name]).catch(() => undefined);
}
