import { lstatSync, mkdirSync, readlinkSync, rmSync, type Stats, unlinkSync } from 'node:fs';
import { BuildpacksError } from '../errors/index.ts';

/** Names in an archive are limited as Linux limits them, in bytes. */
const MAX_NAME = 255;
const MAX_PATH = 4096;
/** As many links as the kernel follows in one path. */
const MAX_LINKS = 40;
const NEW_FOLDER_MODE = 0o755;

/** A path below the root: components joined by `/`, none of them a link when it is a place's `folder`. The root itself is empty. */
export type InnerPath = string;

/** Where an entry goes: a real folder below the root, and a name in it. */
export interface Place {
  readonly folder: InnerPath;
  readonly name: string;
  readonly path: InnerPath;
}

/**
 * The directory that an archive is unpacked into, and the one that turns an archive's names into paths on disk.
 *
 * Links among a name's folders are resolved as if the root were `/`, so nothing leads outside. What was found to be a real folder is
 * remembered; only taking something away can make that wrong, and everything is taken away through `remove`. So the root must
 * belong to one unpacker alone while it works.
 */
export class TreeRoot {
  readonly #root: string;
  readonly #onNewFolder: (folder: InnerPath) => void;
  readonly #mayMake: (folder: InnerPath) => boolean;
  readonly #folders = new Set<InnerPath>(['']);
  /** From folders as archives name them to real ones. */
  readonly #resolved = new Map<string, InnerPath>();

  /**
   * @param onNewFolder called for folders that were made only because something in them was named
   * @param mayMake whether such a folder may be made; else what is named in it has no place. Default: always
   */
  constructor(root: string, onNewFolder: (folder: InnerPath) => void, mayMake?: (folder: InnerPath) => boolean) {
    this.#root = root === '/' ? '' : root;
    this.#onNewFolder = onNewFolder;
    this.#mayMake = mayMake ?? (() => true);
  }

  onDisk(path: InnerPath): string {
    return `${this.#root}/${path}`;
  }

  stat(path: InnerPath): Stats | undefined {
    return lstatSync(this.onDisk(path), { throwIfNoEntry: false });
  }

  isKnownFolder(path: InnerPath): boolean {
    return this.#folders.has(path);
  }

  rememberFolder(path: InnerPath): void {
    this.#folders.add(path);
  }

  /**
   * The place of a name in the archive; its last component is never followed. Undefined when a folder is missing that is not to be made.
   *
   * @throws BuildpacksError `image` when the name has a `..`, is too long, or uses a file as a folder
   */
  locate(archivePath: string, folders: 'create' | 'existing'): Place | undefined {
    const parts = partsOf(archivePath);
    const name = parts.pop();
    if (name === undefined) return { folder: '', name: '', path: '' };
    const named = parts.join('/');
    const folder = this.#resolved.get(named) ?? this.#walk(archivePath, parts, folders);
    if (folder === undefined) return undefined;
    this.#resolved.set(named, folder);
    return { folder, name, path: innerPath(folder, name) };
  }

  #walk(archivePath: string, parts: readonly string[], folders: 'create' | 'existing'): InnerPath | undefined {
    const todo = parts.toReversed();
    let real: string[] = [];
    let links = 0;
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        real.pop();
        continue;
      }
      const path = [...real, part].join('/');
      const target = this.#enter(archivePath, path, folders);
      if (target === undefined) return undefined;
      if (target === '') {
        real.push(part);
        continue;
      }
      if (++links > MAX_LINKS) throw refused(archivePath, 'its folders are links that lead in circles');
      if (target.startsWith('/')) real = [];
      todo.push(...target.split('/').reverse());
    }
    return real.join('/');
  }

  /** The target when `path` is a link, empty when it is a folder (now), undefined when there is nothing and nothing is to be made. */
  #enter(archivePath: string, path: InnerPath, folders: 'create' | 'existing'): string | undefined {
    if (this.#folders.has(path)) return '';
    const stats = this.stat(path);
    if (stats?.isSymbolicLink()) return readlinkSync(this.onDisk(path));
    if (stats !== undefined && !stats.isDirectory()) throw refused(archivePath, `"${path}" is a file and no folder`);
    if (stats === undefined) {
      if (folders === 'existing' || !this.#mayMake(path)) return undefined;
      mkdirSync(this.onDisk(path), NEW_FOLDER_MODE);
      this.#onNewFolder(path);
    }
    this.#folders.add(path);
    return '';
  }

  /** Takes away what is at a path, with all that is in it; links are not followed. True when folders went with it. */
  remove(path: InnerPath, stats: Stats): boolean {
    if (!stats.isDirectory()) {
      unlinkSync(this.onDisk(path));
      if (stats.isSymbolicLink()) this.#resolved.clear();
      return false;
    }
    rmSync(this.onDisk(path), { recursive: true });
    this.#resolved.clear();
    for (const folder of this.#folders) if (isWithin(folder, path)) this.#folders.delete(folder);
    return true;
  }
}

export function innerPath(folder: InnerPath, name: string): InnerPath {
  return folder === '' ? name : `${folder}/${name}`;
}

/** True for the folder itself, too. */
export function isWithin(path: InnerPath, folder: InnerPath): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The refusal of one entry. */
export function refused(archivePath: string, why: string): BuildpacksError {
  return new BuildpacksError('image', `"${archivePath}" can't be unpacked: ${why}`);
}

/** Absolute names are meant from the root, as everywhere in this field. */
function partsOf(archivePath: string): string[] {
  if (Buffer.byteLength(archivePath) > MAX_PATH)
    throw refused(archivePath.slice(0, 80), `its name has more than ${MAX_PATH} bytes`);
  const parts = archivePath.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts) {
    if (part === '..') throw refused(archivePath, 'its name leads out of the archive with ".."');
    if (part.length > MAX_NAME || Buffer.byteLength(part) > MAX_NAME) {
      throw refused(archivePath, `a part of its name has more than ${MAX_NAME} bytes`);
    }
  }
  return parts;
}
