import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { readTar, type TarEntry } from '../../packages/core/src/archive/index.ts';

/** Folders that are links to those of the same name in `usr`. */
const MERGED = /^(?:bin|sbin|lib|lib64)\//;
/** No chain of links in a package is longer. */
const MAX_LINKS = 10;

/** What several packages hold together, as if they were installed. */
export interface DebianFiles {
  /** Paths of files and links, without a leading slash. */
  readonly paths: readonly string[];
  /**
   * A file's content, links followed.
   *
   * @throws Error when it is not there
   */
  readonly read: (file: string) => Buffer;
}

/** Reads packages into memory. */
export async function debianFiles(packages: Iterable<string>): Promise<DebianFiles> {
  const tree = new Map<string, Buffer | string>();
  for (const file of packages) await unpack(file, tree);
  return {
    paths: [...tree.keys()].sort(),
    read: (file) => {
      const found = tree.get(resolved(tree, file, MAX_LINKS));
      if (found === undefined || typeof found === 'string')
        throw new Error(`no Debian package of the image has "${file}"`);
      return found;
    },
  };
}

/** Files as bytes, links as their targets. */
async function unpack(file: string, tree: Map<string, Buffer | string>): Promise<void> {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  for await (const { entry, content } of readTar(child.stdout)) {
    const bytes = await buffer(content);
    if (entry.type === 'file') tree.set(placeOf(entry.path), bytes);
    else if (entry.type === 'symlink' || entry.type === 'hardlink') tree.set(placeOf(entry.path), targetOf(entry));
  }
  const [status] = (await exit) as [number | null];
  if (status !== 0) throw new Error(`dpkg-deb could not read ${file} (${status ?? 'killed'})`);
}

function placeOf(name: string): string {
  const place = path.posix.normalize(name).replace(/^\//, '');
  return MERGED.test(place) ? `usr/${place}` : place;
}

/** From the root. */
function targetOf({ type, path: name, linkPath = '' }: TarEntry): string {
  return placeOf(type === 'symlink' ? path.posix.resolve('/', path.posix.dirname(name), linkPath) : linkPath);
}

/** Where a path leads when the folders in it may be links as well. */
function resolved(tree: ReadonlyMap<string, Buffer | string>, file: string, links: number): string {
  const parts = placeOf(file).split('/');
  for (let count = 1; count <= parts.length; count += 1) {
    const target = tree.get(parts.slice(0, count).join('/'));
    if (typeof target !== 'string' || links === 0) continue;
    return resolved(tree, path.posix.join(target, ...parts.slice(count)), links - 1);
  }
  return parts.join('/');
}
