/**
 * Keeps a layer cache in one archive in a folder, made as `actions/cache` makes it (`@actions/cache` 6.0.1, `internal/tar.ts`).
 *
 * Usage: archive-program.ts save|restore FOLDER CACHE TEMPORARY
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { perform } from './program.ts';

const ARCHIVE = 'cache.tzst';

async function main([what, place = '', cache = '', temporary = '']: readonly string[]): Promise<void> {
  const workspace = path.dirname(cache);
  const stored = path.join(place, ARCHIVE);
  await mkdir(place, { recursive: true });
  if (what === 'save') {
    await writeFile(path.join(temporary, 'manifest.txt'), `${path.basename(cache)}\n`);
    await perform(async () => {
      await pack(workspace, temporary);
      await rename(path.join(temporary, ARCHIVE), stored);
    });
  } else {
    await perform(() =>
      command('tar', ['-xf', stored, '-P', '-C', workspace, '--use-compress-program', 'unzstd']).then(() => undefined),
    );
  }
}

async function pack(workspace: string, temporary: string): Promise<void> {
  const files = ['--exclude', ARCHIVE, '-P', '-C', workspace, '--files-from', 'manifest.txt'];
  await command('tar', ['--posix', '-cf', ARCHIVE, ...files, '--use-compress-program', 'zstdmt'], {
    directory: temporary,
  });
}

await main(process.argv.slice(2));
