import { TarParser } from '../../archive/tar-parser.ts';
import type { TarEntry } from '../../archive/index.ts';
import { BuildpacksError } from '../../errors/index.ts';

/** What a layer's tar may hold. */
export interface LayerRule {
  /** Absolute: `/layers/<buildpack>/<layer>`. */
  readonly folder: string;
  /** Who owns everything in the folder. */
  readonly uid: number;
  readonly gid: number;
}

/** A folder whose members are being read, and the last of their names. */
interface OpenFolder {
  readonly path: string;
  last: string;
}

const MAX_PATH = 4096;
const SET_ID = 0o6000;

/**
 * Reads a layer's tar as it passes by and refuses one that the lifecycle did not write. It extracts cached tars to `/`, through links
 * that are there, so that this must hold: the folders that lead to the layer's own come first, then only what is in it, in the order of a
 * file walk (each name once, after its folder), so that nothing is written through a link. Needs no more memory than the tree is deep.
 */
export class LayerScan {
  readonly #parser = new TarParser();
  readonly #rule: LayerRule;
  /** The folders that must come first. */
  readonly #leading: string[];
  #open: OpenFolder[] = [];

  constructor(rule: LayerRule) {
    this.#rule = rule;
    const names = rule.folder.split('/').slice(1);
    this.#leading = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
  }

  /** @throws BuildpacksError `image` naming the member that must not be there */
  feed(bytes: Uint8Array): void {
    for (const event of this.#parser.feed(bytes)) {
      if (event.kind === 'entry') this.#check(event.entry);
    }
  }

  /** To be called at the end of the tar. */
  finish(): void {
    this.#parser.finish();
    if (this.#leading.length > 0)
      throw new BuildpacksError('image', `a cached layer has no folder "${this.#rule.folder}"`);
  }

  #check(entry: TarEntry): void {
    const leading = this.#leading.shift();
    if (leading === undefined) this.#checkMember(entry);
    else if (entry.path !== leading || entry.type !== 'directory')
      throw refused(entry, `"${leading}" should come first`);
    else this.#open = [{ path: leading, last: '' }];
    if (entry.extended !== undefined) throw refused(entry, 'it has extended attributes');
  }

  #checkMember(entry: TarEntry): void {
    const { path, type, uid, gid, mode } = entry;
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    const folder = this.#folderFor(path.slice(0, slash));
    if (folder === undefined) throw refused(entry, 'its folder does not come just before it');
    if (name === '' || name === '.' || name === '..' || path.length > MAX_PATH)
      throw refused(entry, 'its name is no plain one');
    if (!isAfter(name, folder.last)) throw refused(entry, 'it comes twice or out of order');
    if (type !== 'file' && type !== 'directory' && type !== 'symlink') throw refused(entry, `it is a ${type}`);
    if (uid !== this.#rule.uid || gid !== this.#rule.gid) throw refused(entry, `it belongs to ${uid}:${gid}`);
    // A folder may have inherited the group's bit from a volume of a Pod.
    if (type === 'file' && (mode & SET_ID) !== 0) throw refused(entry, 'it would run as its owner');
    folder.last = name;
    if (type === 'directory') this.#open.push({ path, last: '' });
  }

  /** Leaves the folders that are complete. */
  #folderFor(path: string): OpenFolder | undefined {
    while (this.#open.length > 0 && this.#open.at(-1)?.path !== path) this.#open.pop();
    return this.#open.at(-1);
  }
}

/** In the order of Go's `filepath.Walk`: by bytes. */
function isAfter(name: string, last: string): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(last)) > 0;
}

function refused({ path }: TarEntry, why: string): BuildpacksError {
  return new BuildpacksError('image', `a cached layer has ${JSON.stringify(path.slice(0, 200))}: ${why}`);
}
