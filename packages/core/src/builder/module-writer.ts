import { chmodSync, mkdirSync } from 'node:fs';
import type { EntrySink } from '../archive/extract.ts';
import type { TarEntry } from '../archive/index.ts';
import { TreeWriter } from '../archive/tree-writer.ts';

/** Where an entry of an archive goes within a buildpack and how; undefined: it does not belong to it. */
export type EntryMap = (entry: TarEntry) => TarEntry | undefined;

/** Writes the entries of an archive that belong to one buildpack into its directory, and nowhere else. */
export class ModuleWriter implements EntrySink {
  readonly #tree: TreeWriter;
  readonly #map: EntryMap;
  #wanted = false;
  /** Entries so far. */
  written = 0;

  /** @param directory is made; what is in it is replaced entry by entry */
  constructor(directory: string, map: EntryMap) {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o755);
    this.#tree = new TreeWriter(directory, { owners: false });
    this.#map = map;
  }

  begin(entry: TarEntry): void {
    const mapped = this.#map(entry);
    this.#wanted = mapped !== undefined;
    if (mapped === undefined) return;
    this.#tree.begin(mapped);
    this.written += 1;
  }

  write(bytes: Uint8Array): void {
    if (this.#wanted) this.#tree.write(bytes);
  }

  end(): void {
    if (this.#wanted) this.#tree.end();
  }

  abort(): void {
    this.#tree.abort();
  }

  /** To be called once, after the last entry. */
  finish(): void {
    this.#tree.finish();
  }
}

/** Seconds; the date that pack and the lifecycle give to everything. */
const MTIME = 315_532_801;
const ALWAYS_EXECUTABLE = new Set(['bin/build', 'bin/detect', 'bin/generate']);

/** A path in an archive, without what leads to its top: `./a`, `/a` and `a` are one. Empty for the top itself. */
export function archivePath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/**
 * The files of a buildpack that has not been packaged, as pack packages them (`toDistTar`): directories 0755, files 0755 if anyone
 * may execute them or if they are its programs, else 0644, and no times.
 */
export function normalizedEntry(entry: TarEntry): TarEntry | undefined {
  const path = archivePath(entry.path);
  if (path === '') return undefined;
  const linkPath = entry.type === 'hardlink' ? archivePath(entry.linkPath ?? '') : entry.linkPath;
  return { ...entry, path, mode: modeOf(entry, path), mtime: MTIME, ...(linkPath !== undefined && { linkPath }) };
}

function modeOf(entry: TarEntry, path: string): number {
  const executable = entry.type === 'directory' || ALWAYS_EXECUTABLE.has(path) || (entry.mode & 0o111) !== 0;
  return executable ? 0o755 : 0o644;
}

/** The files of one buildpack in a layer of a package or builder, where they stand below `directory`. */
export function entriesBelow(directory: string): EntryMap {
  const prefix = `${archivePath(directory)}/`;
  return (entry) => {
    const path = archivePath(entry.path);
    if (!path.startsWith(prefix)) return undefined;
    if (entry.type !== 'hardlink') return { ...entry, path: path.slice(prefix.length) };
    return {
      ...entry,
      path: path.slice(prefix.length),
      linkPath: archivePath(entry.linkPath ?? '').slice(prefix.length),
    };
  };
}
