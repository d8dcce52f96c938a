import { BuildpacksError } from '../errors/index.ts';
import type { EntrySink } from './extract.ts';
import type { TarEntry } from './tar-entry.ts';
import type { TreeWriter } from './tree-writer.ts';

/** A file or folder of an archive that is wanted. */
export interface ChosenPart {
  /** For messages: `/layers/sbom`. */
  readonly name: string;
  /** Its path in the archive. */
  readonly from: string;
  /** Its path below the tree's root. */
  readonly to: string;
  /** More is refused before it is written: a file of holes costs who made the archive nothing, and our disk all it has. */
  readonly maxBytes: number;
}

/**
 * Lets through what is wanted of an archive that foreign code has made: files and folders of these names with plain modes. Links, devices
 * and other names are dropped.
 */
export class ChosenParts implements EntrySink {
  readonly #tree: TreeWriter;
  readonly #parts: readonly ChosenPart[];
  readonly #bytes = new Map<ChosenPart, number>();

  constructor(tree: TreeWriter, parts: readonly ChosenPart[]) {
    this.#tree = tree;
    this.#parts = parts;
  }

  /** Whether anything of this part came. */
  has(part: ChosenPart): boolean {
    return this.#bytes.has(part);
  }

  /** @throws BuildpacksError `image` when a part is too large */
  begin(entry: TarEntry): void {
    const part = this.#parts.find(({ from }) => entry.path === from || entry.path.startsWith(`${from}/`));
    if (part === undefined || (entry.type !== 'file' && entry.type !== 'directory')) return;
    const bytes = (this.#bytes.get(part) ?? 0) + entry.size;
    if (bytes > part.maxBytes) {
      throw new BuildpacksError('image', `the build left more than ${part.maxBytes} bytes in "${part.name}"`);
    }
    this.#bytes.set(part, bytes);
    const path = `${part.to}${entry.path.slice(part.from.length)}`;
    this.#tree.begin({ ...entry, path, mode: entry.type === 'file' ? 0o644 : 0o755 });
  }

  write(bytes: Uint8Array): void {
    this.#tree.write(bytes);
  }

  end(): void {
    this.#tree.end();
  }

  abort(): void {
    this.#tree.abort();
  }
}
