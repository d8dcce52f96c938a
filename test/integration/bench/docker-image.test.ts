import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { command } from '../../bench/command.ts';
import { loadedImage } from '../../bench/docker-image.ts';
import { requiresDocker } from '../../support/requires.ts';

requiresDocker('an image of the bench', () => {
  let repository: string;
  beforeEach(() => {
    repository = `buildpacks-ci.local/test-${randomUUID()}`;
    onTestFinished(async () => {
      const names = await images();
      await command('docker', ['image', 'rm', '--force', ...names]);
    });
  });

  async function images(): Promise<readonly string[]> {
    const format = ['--format', '{{.Repository}}:{{.Tag}}'];
    return (await command('docker', ['image', 'ls', ...format, repository])).trim().split('\n').sort();
  }

  /** Docker calls an image new when it was imported, and old when it was loaded and nobody gave it a tag since. */
  async function make(name: string, isOld = false): Promise<void> {
    const pack = isOld ? 'docker save "$0" --output "$1" && docker image rm "$0" && docker load --input "$1"' : ':';
    const script = `set -e; d=$(mktemp -d); mkdir "$d/a"; echo "$0" >"$d/a/name"; tar -C "$d/a" -c . | docker import - "$0"; ${pack.replaceAll('$1', '$d/b')}; rm -r "$d"`;
    await command('sh', ['-c', script, name]);
  }

  it('is loaded once', async () => {
    const name = `${repository}:1`;
    await loadedImage(name, () => make(name));
    await expect(loadedImage(name, () => Promise.reject(new Error('again')))).resolves.toBe(name);
  });

  it('takes the place of those that nobody has asked for lately', async () => {
    await make(`${repository}:asked-for`, true);
    await loadedImage(`${repository}:asked-for`, () => Promise.reject(new Error('again')));
    await make(`${repository}:forgotten`, true);
    await loadedImage(`${repository}:new`, () => make(`${repository}:new`));
    expect(await images()).toEqual([`${repository}:asked-for`, `${repository}:new`]);
  });
});
