import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  directoryItem,
  fileItem,
  readTar,
  symlinkItem,
  type TarEntry,
  type TarItem,
} from '../../packages/core/src/archive/index.ts';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** 1980-01-01T00:00:01Z, as everything that the lifecycle writes. */
export const EPOCH = 315_532_801;

/** Folders that a merged /usr replaces by links. */
const MERGED = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const UNWANTED = /^usr\/(?:share\/(?:man|info|locale|lintian|bug|doc-base|bash-completion)|lib\/[^/]+\/gconv)\//;
const DOCUMENTATION = /^usr\/share\/doc\/(?!.*copyright$)/;
const CERTIFICATE = /^usr\/share\/ca-certificates\/.*\.crt$/;

/** Names that the packages' scripts would make at installation, by the program that they stand for. */
const ALTERNATIVES = { sh: 'dash', awk: 'mawk' };

/** In every Debian and Ubuntu, where installing makes it. */
const NOBODY = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin';

type Tree = Map<string, TarItem>;

/** The files of a root file system, unpacked from packages: parents first, no documentation, owned as in the packages. */
export async function rootfsItems(packages: readonly string[]): Promise<readonly TarItem[]> {
  const tree: Tree = new Map();
  for (const file of packages) await unpack(file, tree);
  finish(tree);
  return [...tree.values()].sort((a, b) => Buffer.compare(Buffer.from(a.entry.path), Buffer.from(b.entry.path)));
}

/** Accounts and what belongs to them. */
export function accountItems(user: User): readonly TarItem[] {
  const owned = { uid: user.uid, gid: user.gid, mtime: EPOCH };
  const own = `${user.name}:x:${user.uid}:${user.gid}::/home/${user.name}:/bin/bash`;
  return [
    fileItem('etc/group', `root:x:0:\n${user.name}:x:${user.gid}:\nnogroup:x:65534:\n`, { mtime: EPOCH }),
    fileItem('etc/passwd', `root:x:0:0:root:/root:/bin/bash\n${own}\n${NOBODY}\n`, { mtime: EPOCH }),
    directoryItem('home', { mtime: EPOCH }),
    directoryItem(`home/${user.name}`, owned),
  ];
}

async function unpack(file: string, tree: Tree): Promise<void> {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  for await (const { entry, content } of readTar(child.stdout)) {
    const place = placeOf(entry.path);
    if (place === undefined) continue;
    const bytes = await buffer(content);
    tree.set(place, { ...placed(entry, place, tree), ...(entry.type === 'file' && { content: bytes }) });
  }
  const [status] = (await exit) as [number | null];
  if (status !== 0) throw new Error(`dpkg-deb could not read ${path.basename(file)} (${status ?? 'killed'})`);
}

/** Where a package's path goes in a system with merged /usr; undefined when it is not wanted. */
function placeOf(name: string): string | undefined {
  const place = path.posix.normalize(name).replace(/^\/|\/$/g, '');
  const [first = '', ...rest] = place.split('/');
  if (place === '.' || place === '') return undefined;
  if (MERGED.includes(first)) return rest.length === 0 ? undefined : `usr/${place}`;
  return UNWANTED.test(place) || DOCUMENTATION.test(place) ? undefined : place;
}

/** A hard link becomes a file of its own. */
function placed(entry: TarEntry, place: string, tree: Tree): TarItem {
  if (entry.type !== 'hardlink') return { entry: { ...entry, path: place } };
  const target = tree.get(placeOf(entry.linkPath ?? '') ?? '');
  if (target === undefined) throw new Error(`${place} is a hard link to ${entry.linkPath ?? ''}, which is not there`);
  return { ...target, entry: { ...target.entry, path: place } };
}

/** What the packages' scripts would do. */
function finish(tree: Tree): void {
  const add = (item: TarItem): void => {
    if (!tree.has(item.entry.path)) tree.set(item.entry.path, item);
  };
  for (const folder of MERGED) {
    const used = [...tree.keys()].some((name) => name.startsWith(`usr/${folder}/`));
    if (used) tree.set(folder, symlinkItem(folder, `usr/${folder}`, { mtime: EPOCH }));
  }
  for (const [name, target] of Object.entries(ALTERNATIVES)) {
    if (tree.has(`usr/bin/${target}`)) add(symlinkItem(`usr/bin/${name}`, target, { mtime: EPOCH }));
  }
  for (const folder of ['dev', 'etc', 'etc/ssl', 'etc/ssl/certs', 'home', 'proc', 'root', 'run', 'sys', 'usr', 'var']) {
    add(directoryItem(folder, { mtime: EPOCH }));
  }
  for (const folder of ['tmp', 'var/tmp']) tree.set(folder, directoryItem(folder, { mode: 0o1777, mtime: EPOCH }));
  tree.set('etc/ssl/certs/ca-certificates.crt', certificateBundle(tree));
}

function certificateBundle(tree: Tree): TarItem {
  const names = [...tree.keys()].filter((name) => CERTIFICATE.test(name)).sort();
  const parts = names.map((name) => tree.get(name)?.content).filter((content) => content instanceof Uint8Array);
  return fileItem('etc/ssl/certs/ca-certificates.crt', Buffer.concat(parts), { mtime: EPOCH });
}
