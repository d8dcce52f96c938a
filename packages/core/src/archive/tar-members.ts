import { ambiguous } from './refusal.ts';
import type { TarEntry, TarEntryType } from './tar-entry.ts';
import { TYPE_FLAG } from './tar-format.ts';
import { decodeText, type TarHeader } from './tar-header.ts';

/** What stands before a member's header and overrides parts of it. */
export interface Extensions {
  /** PAX records (type `x`). */
  readonly pax?: ReadonlyMap<string, Buffer>;
  /** GNU long names (types `L` and `K`). */
  readonly longName?: string;
  readonly longLink?: string;
}

const TYPES: ReadonlyMap<string, TarEntryType> = new Map<string, TarEntryType>([
  ['\0', 'file'],
  ...Object.entries(TYPE_FLAG).map(([type, flag]) => [flag, type as TarEntryType] as const),
]);

/** Records that become fields of the entry, or that say nothing which we use. */
const CONSUMED = new Set([
  'path',
  'linkpath',
  'size',
  'uid',
  'gid',
  'uname',
  'gname',
  'mtime',
  'atime',
  'ctime',
  'comment',
]);

/** @throws BuildpacksError `image` when header and extensions can be read in two ways */
export function memberEntry(header: TarHeader, extensions: Extensions): TarEntry {
  const pax = extensions.pax ?? new Map<string, Buffer>();
  const name = override(pax, 'path', extensions.longName) ?? header.name;
  const link = override(pax, 'linkpath', extensions.longLink) ?? header.linkName;
  const type = typeOf(header.typeFlag, name);
  const linked = type === 'symlink' || type === 'hardlink';
  const userName = paxText(pax, 'uname') ?? header.userName;
  const groupName = paxText(pax, 'gname') ?? header.groupName;
  const extended = extendedRecords(pax);
  if (linked && link === '') throw ambiguous(`"${name}" links to nothing`);
  return {
    path: type === 'directory' ? name.replace(/(?<=.)\/+$/, '') : name,
    type,
    mode: header.mode & 0o7777,
    uid: paxInteger(pax, 'uid') ?? natural(header.uid, name),
    gid: paxInteger(pax, 'gid') ?? natural(header.gid, name),
    size: contentSize(paxInteger(pax, 'size') ?? header.size, type, name),
    mtime: paxTime(pax) ?? header.mtime,
    ...(linked && { linkPath: link }),
    ...(userName !== '' && { userName }),
    ...(groupName !== '' && { groupName }),
    ...(type.endsWith('device') && { device: { major: header.major, minor: header.minor } }),
    ...(extended !== undefined && { extended }),
  };
}

function override(pax: ReadonlyMap<string, Buffer>, key: string, long: string | undefined): string | undefined {
  const text = paxText(pax, key);
  if (text !== undefined && long !== undefined) throw ambiguous(`"${text}" has a PAX and a GNU long name`);
  return text ?? long;
}

/** GNU tar takes a file whose name ends in a slash for a directory, Go only one of the oldest format. */
function typeOf(flag: string, name: string): TarEntryType {
  const type = TYPES.get(flag);
  if (name === '') throw ambiguous('a member has no name');
  if (type === undefined)
    throw ambiguous(`"${name}" has the type ${JSON.stringify(flag)}, which readers treat differently`);
  if (type !== 'file' || !name.endsWith('/')) return type;
  if (flag === '\0') return 'directory';
  throw ambiguous(`the file "${name}" is named like a directory`);
}

/** Readers differ on whether content follows a link or a directory that claims to have some. */
function contentSize(size: number, type: TarEntryType, name: string): number {
  if (size < 0) throw ambiguous(`"${name}" has a negative size`);
  if (type !== 'file' && size !== 0) throw ambiguous(`"${name}" is a ${type} with content`);
  return size;
}

function natural(id: number, name: string): number {
  if (id < 0) throw ambiguous(`"${name}" has a negative owner`);
  return id;
}

function paxText(pax: ReadonlyMap<string, Buffer>, key: string): string | undefined {
  const value = pax.get(key);
  if (value === undefined) return undefined;
  if (value.length === 0 || value.includes(0)) throw ambiguous(`the PAX record "${key}" is empty or holds a NUL byte`);
  return decodeText(value);
}

function paxInteger(pax: ReadonlyMap<string, Buffer>, key: string): number | undefined {
  const text = paxText(pax, key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
    throw ambiguous(`the PAX record "${key}" has the value ${JSON.stringify(text)}`);
  }
  return value;
}

function paxTime(pax: ReadonlyMap<string, Buffer>): number | undefined {
  const text = paxText(pax, 'mtime');
  if (text === undefined) return undefined;
  if (!/^-?[0-9]{1,15}(?:\.[0-9]*)?$/.test(text))
    throw ambiguous(`the PAX time ${JSON.stringify(text)} is not a number`);
  return Number(text);
}

function extendedRecords(pax: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> | undefined {
  const rest = [...pax].filter(([key]) => !CONSUMED.has(key) && key !== 'hdrcharset');
  const sparse = rest.find(([key]) => key.startsWith('GNU.sparse.') || key === 'SCHILY.realsize');
  if (sparse) throw ambiguous(`it has a sparse file (PAX record "${sparse[0]}")`);
  return rest.length === 0 ? undefined : new Map(rest.map(([key, value]) => [key, Buffer.from(value)]));
}
