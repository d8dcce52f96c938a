import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { BuildpacksError } from '../errors/index.ts';
import { KeptPaths } from './kept-paths.ts';
import type { TarEntry } from './tar-entry.ts';
import { type InnerPath, innerPath, isWithin, type Place, refused, TreeRoot } from './tree-root.ts';

export interface TreeWriterOptions {
  /** Give files their owners from the archive; needs root. Otherwise everything belongs to us. */
  readonly owners: boolean;
  /** Keep set-user-id and set-group-id bits; they are dropped unless asked for. */
  readonly setIds?: boolean;
  /** How many entries, and bytes of file content, are unpacked at most. */
  readonly limits?: TreeLimits;
  /** Paths below the root that are left alone whatever the archive says (mount points, other people's files); default none. */
  readonly kept?: readonly InnerPath[];
}

export interface TreeLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Far above any builder that is in use, far below what fills a disk unnoticed. */
export const DEFAULT_LIMITS: TreeLimits = { entries: 500_000, bytes: 32 * 1024 ** 3 };

interface FolderFacts {
  readonly mode: number;
  readonly mtime?: number;
}

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const OPEN_FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const PRIVATE = 0o600;

/**
 * Puts entries of an archive onto disk, below one root and nowhere else. Synchronous calls throughout: for tens of thousands of
 * small files they take a fraction of the time of asynchronous ones, and the caller yields between chunks.
 *
 * Nothing is ever written through what is there: it is taken away first. Devices and pipes are left out, extended attributes too.
 */
export class TreeWriter {
  readonly #root: TreeRoot;
  readonly #options: TreeWriterOptions;
  readonly #limits: TreeLimits;
  readonly #kept: KeptPaths;
  /** Modes and times of folders wait until nothing more is written into them. */
  readonly #folders = new Map<InnerPath, FolderFacts>();
  #open: { readonly descriptor: number; readonly entry: TarEntry } | undefined;
  #entries = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(root: string, options: TreeWriterOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#kept = new KeptPaths(options.kept);
    this.#root = new TreeRoot(
      root,
      (folder) => this.#folders.set(folder, { mode: 0o755 }),
      (folder) => !this.#kept.covers(folder),
    );
  }

  /** How many devices and pipes were left out. */
  get skipped(): number {
    return this.#skipped;
  }

  get root(): TreeRoot {
    return this.#root;
  }

  /** Creates the entry; a file stays open for `write` until `end`. Gives the path it has now, or undefined when it was left out. */
  begin(entry: TarEntry): InnerPath | undefined {
    this.#count(entry);
    if (entry.type.endsWith('device') || entry.type === 'fifo') {
      this.#skipped++;
      return undefined;
    }
    const place = this.#root.locate(entry.path, 'create');
    if (place === undefined || this.#kept.covers(place.path)) return undefined;
    if (place.name === '' && entry.type !== 'directory') throw refused(entry.path, 'it would replace the root');
    if (entry.type !== 'directory' && this.#kept.leadTo(place.path)) return undefined;
    this.#create(entry, place);
    return place.path;
  }

  write(bytes: Uint8Array): void {
    if (this.#open === undefined) return;
    for (let done = 0; done < bytes.length;) done += writeSync(this.#open.descriptor, bytes, done);
  }

  end(): void {
    if (this.#open === undefined) return;
    const { descriptor, entry } = this.#open;
    if (this.#options.owners) fchownSync(descriptor, entry.uid, entry.gid);
    fchmodSync(descriptor, this.#mode(entry));
    futimesSync(descriptor, entry.mtime, entry.mtime);
    this.abort();
  }

  /** Closes what is open; for the end and for failures. */
  abort(): void {
    if (this.#open !== undefined) closeSync(this.#open.descriptor);
    this.#open = undefined;
  }

  /** Sets the folders' modes and times, inner ones first. To be called once, after the last entry. */
  finish(): void {
    for (const [path, { mode, mtime }] of [...this.#folders].sort(([a], [b]) => b.length - a.length)) {
      const descriptor = openSync(this.#root.onDisk(path), OPEN_FOLDER);
      try {
        fchmodSync(descriptor, mode);
        if (mtime !== undefined) futimesSync(descriptor, mtime, mtime);
      } finally {
        closeSync(descriptor);
      }
    }
  }

  /** Takes away what is at a path, if anything, but for what is kept. */
  remove(path: InnerPath): void {
    const stats = this.#root.stat(path);
    if (stats === undefined || this.#kept.covers(path)) return;
    if (this.#kept.leadTo(path)) {
      for (const name of readdirSync(this.#root.onDisk(path))) this.remove(innerPath(path, name));
      return;
    }
    if (!this.#root.remove(path, stats)) return;
    for (const folder of this.#folders.keys()) if (isWithin(folder, path)) this.#folders.delete(folder);
  }

  #count(entry: TarEntry): void {
    this.#entries++;
    this.#bytes += entry.size;
    const { entries, bytes } = this.#limits;
    if (this.#entries > entries) throw tooMuch(`more than ${entries} entries`);
    if (this.#bytes > bytes) throw tooMuch(`more than ${bytes} bytes`);
  }

  #create(entry: TarEntry, place: Place): void {
    const target = this.#root.onDisk(place.path);
    switch (entry.type) {
      case 'file':
        this.#replacing(place, () => {
          this.#open = { descriptor: openSync(target, CREATE, PRIVATE), entry };
        });
        break;
      case 'directory':
        this.#createFolder(entry, place.path);
        break;
      case 'symlink':
        this.#createLink(place, entry.linkPath ?? '', entry);
        break;
      case 'hardlink':
        this.#linkTo(entry, place);
        break;
      default:
        throw refused(entry.path, `it is a ${entry.type}`);
    }
  }

  #createFolder(entry: TarEntry, path: InnerPath): void {
    const target = this.#root.onDisk(path);
    if (!this.#root.isKnownFolder(path)) {
      const stats = this.#root.stat(path);
      if (stats !== undefined && !stats.isDirectory()) this.remove(path);
      if (!stats?.isDirectory()) mkdirSync(target, 0o700);
      this.#root.rememberFolder(path);
    }
    if (this.#options.owners) lchownSync(target, entry.uid, entry.gid);
    this.#folders.set(path, { mode: this.#mode(entry), mtime: entry.mtime });
  }

  #createLink(place: Place, target: string, { uid, gid, mtime }: Pick<TarEntry, 'uid' | 'gid' | 'mtime'>): void {
    const link = this.#root.onDisk(place.path);
    this.#replacing(place, () => {
      symlinkSync(target, link);
    });
    if (this.#options.owners) lchownSync(link, uid, gid);
    lutimesSync(link, mtime, mtime);
  }

  /** The target's last component is not followed: a hard link to a symbolic link becomes a copy of it (not every kernel would link the link). */
  #linkTo(entry: TarEntry, place: Place): void {
    const target = this.#root.locate(entry.linkPath ?? '', 'existing');
    const stats = target && this.#root.stat(target.path);
    if (target === undefined || stats === undefined)
      throw refused(entry.path, `its target "${entry.linkPath ?? ''}" is missing`);
    if (this.#kept.covers(target.path))
      throw refused(entry.path, `its target "${entry.linkPath ?? ''}" is not the image's`);
    if (target.path === place.path) return;
    const from = this.#root.onDisk(target.path);
    if (stats.isSymbolicLink()) {
      this.#createLink(place, readlinkSync(from), { uid: stats.uid, gid: stats.gid, mtime: stats.mtimeMs / 1000 });
      return;
    }
    if (!stats.isFile()) throw refused(entry.path, `its target "${entry.linkPath ?? ''}" is no file`);
    this.#replacing(place, () => {
      linkSync(from, this.#root.onDisk(place.path));
    });
  }

  /** Creates, and when something is in the way, takes that away and creates again: the common case costs one call. */
  #replacing({ path }: Place, create: () => void): void {
    try {
      create();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      this.remove(path);
      create();
    }
  }

  #mode(entry: TarEntry): number {
    return this.#options.setIds ? entry.mode : entry.mode & ~0o6000;
  }
}

function tooMuch(what: string): BuildpacksError {
  return new BuildpacksError('image', `the archive has ${what}`, { hint: 'Use an image that is smaller.' });
}
