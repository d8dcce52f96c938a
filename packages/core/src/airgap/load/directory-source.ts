import { type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../errors/index.ts';
import { openRegularFile, statRegularFile } from '../../files/regular-file.ts';
import type { BundleSource } from './bundle-source.ts';

const READ_SIZE = 1024 * 1024;

/** Opens a bundle that is a directory. No link in it is followed. */
export async function openDirectorySource(directory: string, name: string): Promise<BundleSource> {
  const files = new Map<string, number>();
  const damages: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = pathOf(directory, entry);
    if (entry.isDirectory()) continue;
    const stats = await statRegularFile(directory, file.split('/'));
    if (stats === undefined) damages.push(`${file}: it is no regular file`);
    else files.set(file, stats.size);
  }
  return { name, files, damages, open: (file) => contentOf(directory, file), close: () => Promise.resolve() };
}

function pathOf(directory: string, { parentPath, name }: Dirent): string {
  return path.relative(directory, path.join(parentPath, name)).split(path.sep).join('/');
}

async function* contentOf(directory: string, file: string): AsyncGenerator<Uint8Array> {
  const handle = await openRegularFile(directory, file.split('/'));
  if (handle === undefined)
    throw new BuildpacksError('image', `"${path.join(directory, file)}" has gone while it was read`);
  yield* handle.createReadStream({ highWaterMark: READ_SIZE }) as AsyncIterable<Uint8Array>;
}
