import { readdirSync } from 'node:fs';
import type { EntrySink } from './extract.ts';
import type { TarEntry } from './tar-entry.ts';
import { type InnerPath, innerPath, refused } from './tree-root.ts';
import type { TreeWriter } from './tree-writer.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** Other names of this kind are aufs's own book-keeping. */
const AUFS = '.wh..wh.';

/**
 * Applies one layer over the layers below it (OCI image specification, layer.md): whiteouts take away what lower layers put there,
 * and never what this layer itself brings, whatever the order in the archive.
 */
export class LayerWriter implements EntrySink {
  readonly #tree: TreeWriter;
  /** What this layer brought, and the folders that lead to it; undefined for the lowest layer, which has nothing below. */
  readonly #brought: Set<InnerPath> | undefined;
  #discarding = false;

  constructor(tree: TreeWriter, layer: { readonly lowest: boolean }) {
    this.#tree = tree;
    this.#brought = layer.lowest ? undefined : new Set();
  }

  begin(entry: TarEntry): void {
    const slash = entry.path.lastIndexOf('/');
    const name = entry.path.slice(slash + 1);
    this.#discarding = entry.path.includes(WHITEOUT) && this.#isReserved(entry.path);
    if (!this.#discarding) {
      this.#bring(this.#tree.begin(entry));
      return;
    }
    if (this.#brought === undefined) return;
    if (name === OPAQUE) this.#hideContents(entry.path.slice(0, slash + 1));
    else if (!entry.path.includes(AUFS))
      this.#hide(entry.path.slice(0, slash + 1), name.slice(WHITEOUT.length), entry.path);
  }

  write(bytes: Uint8Array): void {
    if (!this.#discarding) this.#tree.write(bytes);
  }

  end(): void {
    if (!this.#discarding) this.#tree.end();
  }

  abort(): void {
    this.#tree.abort();
  }

  /** True for names that are instructions; a folder can't have such a name. */
  #isReserved(path: string): boolean {
    const parts = path.split('/');
    const at = parts.findIndex((part) => part.startsWith(WHITEOUT));
    if (at === -1) return false;
    if (parts.includes('..')) throw refused(path, 'its name leads out of the archive with ".."');
    if (at === parts.length - 1 || parts[at]?.startsWith(AUFS)) return true;
    throw refused(path, `the name "${parts[at] ?? ''}" is reserved for whiteouts`);
  }

  #bring(path: InnerPath | undefined): void {
    if (this.#brought === undefined) return;
    for (let part = path; part !== undefined && !this.#brought.has(part); part = parentOf(part))
      this.#brought.add(part);
  }

  #hide(folder: string, name: string, path: string): void {
    if (name === '' || name === '.' || name === '..') throw refused(path, 'it is a whiteout of nothing');
    const place = this.#tree.root.locate(`${folder}${name}`, 'existing');
    if (place !== undefined) this.#hideLower(place.path);
  }

  #hideContents(folder: string): void {
    const place = this.#tree.root.locate(`${folder}x`, 'existing');
    if (place !== undefined) this.#hideLowerIn(place.folder);
  }

  #hideLower(path: InnerPath): void {
    if (!this.#brought?.has(path)) this.#tree.remove(path);
    else if (this.#tree.root.stat(path)?.isDirectory()) this.#hideLowerIn(path);
  }

  #hideLowerIn(folder: InnerPath): void {
    for (const name of readdirSync(this.#tree.root.onDisk(folder))) this.#hideLower(innerPath(folder, name));
  }
}

function parentOf(path: InnerPath): InnerPath | undefined {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? undefined : path.slice(0, slash);
}
