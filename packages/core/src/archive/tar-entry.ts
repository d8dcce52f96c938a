export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character-device' | 'block-device' | 'fifo';

/** One member of a tar archive, as its headers (ustar, PAX, GNU) say together. */
export interface TarEntry {
  /** As in the archive, without a directory's trailing slash. May be absolute or hold `..`: who extracts decides. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits, set-id and sticky bits: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** Seconds since the epoch; may have a fraction when read. */
  readonly mtime: number;
  /** The target of a symbolic link as text, or the path in the archive that a hard link names. */
  readonly linkPath?: string;
  readonly userName?: string;
  readonly groupName?: string;
  readonly device?: { readonly major: number; readonly minor: number };
  /** Extended attributes and other PAX records that have no field here, by record name (`SCHILY.xattr.user.a`). */
  readonly extended?: ReadonlyMap<string, Uint8Array>;
}

/** A member with its content: what `writeTar` takes and `readTar` gives. */
export interface TarItem {
  readonly entry: TarEntry;
  /** Exactly `entry.size` bytes; absent: empty. Read once. */
  readonly content?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What may differ from the defaults: owner 0:0, the epoch, modes 0644 (files) and 0755 (directories). */
export type EntryFacts = Partial<
  Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'mtime' | 'userName' | 'groupName' | 'extended'>
>;

const DEFAULTS = { mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0 } as const;

export function fileItem(path: string, content: Uint8Array | string, facts: EntryFacts = {}): TarItem {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { entry: { ...DEFAULTS, ...facts, path, type: 'file', size: bytes.length }, content: bytes };
}

export function directoryItem(path: string, facts: EntryFacts = {}): TarItem {
  return { entry: { ...DEFAULTS, mode: 0o755, ...facts, path, type: 'directory' } };
}

export function symlinkItem(path: string, linkPath: string, facts: EntryFacts = {}): TarItem {
  return { entry: { ...DEFAULTS, mode: 0o777, ...facts, path, type: 'symlink', linkPath } };
}

/** @param linkPath the path in the archive of a file that comes earlier */
export function hardlinkItem(path: string, linkPath: string, facts: EntryFacts = {}): TarItem {
  return { entry: { ...DEFAULTS, ...facts, path, type: 'hardlink', linkPath } };
}

/** As headers have it: a directory's ends with a slash. */
export function namedPath({ path, type }: TarEntry): string {
  return type === 'directory' && !path.endsWith('/') ? `${path}/` : path;
}
