import { constants, type Stats } from 'node:fs';
import {
  chmod,
  copyFile,
  lchown,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readlink,
  rm,
  symlink,
  utimes,
} from 'node:fs/promises';
import path from 'node:path';
import { unpackZip } from '../../archive/index.ts';
import type { BuildRequest } from '../../inputs/request.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import { cleanGitDirectory } from './git-directory.ts';

/** Who gets the copied files; absent when we are not root and can't give files away. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface CopyAppOptions {
  /** The app directory; it is only read. */
  readonly source: string;
  /** Where the copy goes; must not exist yet. */
  readonly target: string;
  /** Whether an entry, given by its path relative to the app, is part of the app (`project/files.ts`). */
  readonly includes: (relative: string, isDirectory: boolean) => boolean;
  /** Names that are left out wherever they are, with all that is below; default none. */
  readonly without?: readonly string[];
  readonly owner?: Owner;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

export interface PlaceAppOptions extends Omit<CopyAppOptions, 'source' | 'without'> {
  readonly request: Pick<BuildRequest, 'app' | 'gitDirectory'>;
}

/** What adapters and their CI keep beside the app between jobs: reports, caches. It is no part of any app. */
const OWN_FOLDER = '.buildpacks-ci';

/** The mode of `/workspace` itself, as pack writes it. */
const ROOT_MODE = 0o777;
/** Entries of one directory that are copied at once. */
const AT_ONCE = 16;

/** Puts the app where the build finds it: a directory is copied, a zip, jar or war unpacked. The original is only read. */
export async function placeApp({ request, includes, ...options }: PlaceAppOptions): Promise<void> {
  const { app, gitDirectory } = request;
  if (app.kind === 'directory') {
    await copyApp({
      ...options,
      source: app.path,
      includes,
      without: gitDirectory ? [OWN_FOLDER] : [OWN_FOLDER, '.git'],
    });
    if (gitDirectory) await cleanGitDirectories(options.target);
    return;
  }
  const unpacked = `${options.target}.unpacked`;
  await mkdir(unpacked, { mode: 0o700 });
  await unpackZip(app.path, unpacked);
  await copyApp({ ...options, source: unpacked, includes });
  await rm(unpacked, { recursive: true });
}

/** The repository's own and those of nested ones. */
async function cleanGitDirectories(app: string): Promise<void> {
  for (const entry of await readdir(app, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() && entry.name === '.git') await cleanGitDirectory(path.join(entry.parentPath, entry.name));
  }
}

/**
 * Copies the app for a build (`docs/design.md`, section 2): modes become 0644 or 0755 by the owner's bits, so that the bytes of the
 * app layer do not depend on the umask of a checkout; symbolic links are kept and never followed; hard-linked files become files of
 * their own; sockets, devices and FIFOs are left out with a warning.
 */
export async function copyApp(options: CopyAppOptions): Promise<void> {
  await mkdir(options.target, { mode: 0o700 });
  await copyChildren('', options);
  await finish(options.target, ROOT_MODE, options.owner, await lstat(options.source));
}

async function copyChildren(relative: string, options: CopyAppOptions): Promise<void> {
  const names = await readdir(path.join(options.source, relative));
  const wanted = names.filter((name) => options.without?.includes(name) !== true).sort();
  await mapInParallel(wanted, AT_ONCE, (name) => copyEntry(path.join(relative, name), options));
}

async function copyEntry(relative: string, options: CopyAppOptions): Promise<void> {
  options.signal?.throwIfAborted();
  const source = path.join(options.source, relative);
  const stats = await lstat(source);
  const included = options.includes(relative, stats.isDirectory());
  if (stats.isDirectory()) return copyDirectory(relative, stats, included, options);
  if (!included) return;

  const target = path.join(options.target, relative);
  if (stats.isSymbolicLink()) {
    await ensureParent(relative, options);
    await symlink(await readlink(source), target);
    await finishLink(target, options.owner, stats);
  } else if (stats.isFile()) {
    await ensureParent(relative, options);
    await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await finish(target, normalizedMode(stats), options.owner, stats);
  } else {
    options.log.warn(`"${relative}" is left out of the app: it is a socket, a device or a FIFO`);
  }
}

/** A directory that is left out may still hold entries that are in: patterns are tested entry by entry, as pack does. */
async function copyDirectory(
  relative: string,
  stats: Stats,
  included: boolean,
  options: CopyAppOptions,
): Promise<void> {
  const target = path.join(options.target, relative);
  if (included) await mkdir(target, { recursive: true, mode: 0o700 });
  await copyChildren(relative, options);
  const exists = included || (await lstat(target).catch(() => undefined)) !== undefined;
  if (exists) await finish(target, normalizedMode(stats), options.owner, stats);
}

async function ensureParent(relative: string, options: CopyAppOptions): Promise<void> {
  const parent = path.dirname(relative);
  if (parent !== '.') await mkdir(path.join(options.target, parent), { recursive: true, mode: 0o700 });
}

/** 0644 or 0755 by the owner's execute bit; what was the owner's alone stays so. */
function normalizedMode(stats: { readonly mode: number; isDirectory(): boolean }): number {
  const mode = stats.isDirectory() || (stats.mode & 0o100) !== 0 ? 0o755 : 0o644;
  return (stats.mode & 0o077) === 0 ? mode & 0o700 : mode;
}

async function finish(target: string, mode: number, owner: Owner | undefined, stats: Stats): Promise<void> {
  if (owner !== undefined) await lchown(target, owner.uid, owner.gid);
  await chmod(target, mode);
  await utimes(target, stats.atime, stats.mtime);
}

async function finishLink(target: string, owner: Owner | undefined, stats: Stats): Promise<void> {
  if (owner !== undefined) await lchown(target, owner.uid, owner.gid);
  await lutimes(target, stats.atime, stats.mtime);
}
