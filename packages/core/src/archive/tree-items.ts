import { constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Stats } from 'node:fs';
import { BuildpacksError } from '../errors/index.ts';
import type { TarEntry, TarItem } from './tar-entry.ts';

const READ_SIZE = 256 * 1024;

export interface TreeOptions {
  /** The path in the archive of the tree's root (`workspace`); empty: its children stand at the top, and the root itself is `.`. */
  readonly prefix?: string;
  /** Owner of every entry; absent: as on disk. */
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since the epoch for every entry; absent: as on disk. */
  readonly mtime?: number;
  /** Called with the path on disk of each socket, device and pipe that is left out. */
  readonly onSkip?: (file: string) => void;
}

/**
 * A directory tree as tar items: the root, then its children in byte order of their names, each directory before what is in it.
 * Symbolic links are kept and never followed; hard-linked files become files of their own; modes are as on disk.
 *
 * @throws BuildpacksError `input` when a file changes while it is read or a name is not UTF-8
 */
export async function* treeItems(root: string, options: TreeOptions = {}): AsyncGenerator<TarItem> {
  const stats = await lstat(root);
  yield* items(root, options.prefix ?? '', stats, options);
}

async function* items(file: string, name: string, stats: Stats, options: TreeOptions): AsyncGenerator<TarItem> {
  if (stats.isFile()) {
    yield {
      entry: { ...factsOf(name, stats, options), type: 'file', size: stats.size },
      content: contentOf(file, stats),
    };
  } else if (stats.isSymbolicLink()) {
    yield { entry: { ...factsOf(name, stats, options), type: 'symlink', mode: 0o777, linkPath: await readlink(file) } };
  } else if (stats.isDirectory()) {
    yield { entry: { ...factsOf(name, stats, options), type: 'directory' } };
    for (const child of await childrenOf(file)) {
      const inside = path.join(file, child);
      yield* items(inside, name === '' ? child : `${name}/${child}`, await lstat(inside), options);
    }
  } else {
    options.onSkip?.(file);
  }
}

function factsOf(name: string, stats: Stats, options: TreeOptions): Omit<TarEntry, 'type'> {
  return {
    path: name === '' ? '.' : name,
    mode: stats.mode & 0o7777,
    uid: options.uid ?? stats.uid,
    gid: options.gid ?? stats.gid,
    size: 0,
    mtime: options.mtime ?? Math.floor(stats.mtimeMs / 1000),
  };
}

async function childrenOf(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory);
  const replaced = names.find((name) => name.includes('\uFFFD'));
  if (replaced !== undefined) {
    throw new BuildpacksError('input', `the name of "${path.join(directory, replaced)}" is not UTF-8`, {
      hint: 'Rename the file, or leave it out.',
    });
  }
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Opened only when it is read; what is opened must be the regular file that was listed. */
async function* contentOf(file: string, listed: Stats): AsyncGenerator<Uint8Array> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (found.ino !== listed.ino || found.dev !== listed.dev || found.size !== listed.size) throw changed(file);
    let left = listed.size;
    while (left > 0) {
      const chunk = Buffer.allocUnsafe(Math.min(left, READ_SIZE));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length);
      if (bytesRead === 0) throw changed(file);
      left -= bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function changed(file: string): BuildpacksError {
  return new BuildpacksError('input', `"${file}" changed while it was read`, {
    hint: 'Let nothing write to the directory during the build.',
  });
}
