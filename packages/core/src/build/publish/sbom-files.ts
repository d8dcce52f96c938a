import { createWriteStream } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BuildpacksError } from '../../errors/index.ts';
import { inputError } from '../../errors/problems.ts';
import { makeRealFolders } from '../../files/real-folders.ts';
import { openRegularFile } from '../../files/regular-file.ts';
import type { BuildDirectory } from '../../lifecycle/build-directory.ts';

/** More than any builder makes; a build that leaves more wants to fill a disk. */
const LIMITS = { entries: 10_000, bytes: 512 * 1024 * 1024, depth: 16 };

interface FoundFile {
  /** Below `layers/sbom`: `launch/samples_nodejs/node/sbom.cdx.json`. */
  readonly path: string;
  readonly size: number;
}

/**
 * The bills of materials that RUN left in `/layers/sbom`, those for build and cache layers too; sorted by path. The folder is hostile
 * input: links, devices and FIFOs are not there for us, whatever they are named.
 */
export async function findSbomFiles(directory: BuildDirectory): Promise<readonly FoundFile[]> {
  const root = path.join(directory.layers, 'sbom');
  const found: FoundFile[] = [];
  let entries = 0;
  const visit = async (relative: string, depth: number): Promise<void> => {
    if (++entries > LIMITS.entries) throw tooMuch();
    const stats = await lstat(path.join(root, relative)).catch(() => undefined);
    if (stats?.isFile() === true) found.push({ path: relative, size: stats.size });
    if (stats?.isDirectory() !== true || depth === 0) return;
    for (const name of (await readdir(path.join(root, relative))).sort())
      await visit(path.join(relative, name), depth - 1);
  };
  await visit('', LIMITS.depth);
  const files = found.filter((file) => file.path !== '' && /\.json$/.test(file.path));
  if (files.reduce((sum, file) => sum + file.size, 0) > LIMITS.bytes) throw tooMuch();
  return files;
}

/**
 * Copies the files below `target`, which is made if needed; files that are there already are replaced.
 *
 * @throws InputError when a link in `target` would lead them elsewhere: their names are the build's, and the link may be the app's
 */
export async function copySbomFiles(
  directory: BuildDirectory,
  files: readonly FoundFile[],
  target: string,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const file of files) {
    const parts = file.path.split(path.sep);
    const destination = path.join(target, file.path);
    const obstacle = await makeRealFolders(target, parts.slice(0, -1));
    if (obstacle !== undefined) throw obstructed(obstacle);
    const source = await openRegularFile(directory.layers, ['sbom', ...parts]);
    if (source === undefined) continue;
    await rm(destination, { force: true });
    await pipeline(source.createReadStream(), createWriteStream(destination, { flags: 'wx' }));
    written.push(destination);
  }
  return written;
}

function obstructed(obstacle: string): Error {
  return inputError(
    'sbom-directory',
    `"${obstacle}" is a link or a file where a folder must be`,
    'Give a directory that is empty or not there yet.',
  );
}

function tooMuch(): BuildpacksError {
  const size = `${LIMITS.entries} files or ${LIMITS.bytes} bytes`;
  return new BuildpacksError('image', `the build left more than ${size} of bills of materials in /layers/sbom`);
}
