import { lstat, readdir } from 'node:fs/promises';
import { mountPoints } from '../../../files/mounts.ts';
import { TOOL_FOLDER } from '../tool-folder.ts';

/** Folders that builders have too: what is in them is told apart name by name. */
const SHARED = [
  '/',
  TOOL_FOLDER,
  ...[
    '/bin',
    '/etc',
    '/home',
    '/lib',
    '/lib64',
    '/media',
    '/mnt',
    '/opt',
    '/run',
    '/sbin',
    '/srv',
    '/tmp',
    '/usr',
    '/var',
  ],
  ...['/etc/ssl', '/etc/ssl/certs', '/usr/bin', '/usr/lib', '/usr/local', '/usr/sbin', '/usr/share'],
  ...['/usr/local/bin', '/usr/local/etc', '/usr/local/lib', '/usr/local/sbin', '/usr/local/share'],
  ...['/var/cache', '/var/lib', '/var/log', '/var/run', '/var/spool', '/var/tmp', '/dev/shm', '/dev/mqueue'],
];
/** Those of them that may be a file system of their own; the rest has to take the builder's files. */
const OWN_FILE_SYSTEMS = new Set([
  '/',
  '/media',
  '/mnt',
  '/run',
  '/srv',
  '/tmp',
  '/var/run',
  '/var/tmp',
  '/dev/shm',
  '/dev/mqueue',
]);
/** Folders for everybody's temporary files. */
export const SCRATCH: readonly string[] = ['/tmp', '/var/tmp', '/dev/shm', '/dev/mqueue'];
/** All that a build needs of the tool folder; the rest is closed like everybody's: a home, a working directory, our state. */
const TOOLS = [`${TOOL_FOLDER}/bin`, `${TOOL_FOLDER}/lib`];
/** The kernel's: looked after by the kernel. */
const KERNEL = ['/proc', '/sys', '/dev'];
const DEVICES = new Set(['/dev/pts', '/dev/console']);
/** Meant to be read by whoever runs in the container; the last is where Kubernetes takes a message from. */
const FOR_ALL = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/dev/termination-log'];

/** What is in this container beside a builder and us. */
export interface Surroundings {
  /** The topmost paths of files and folders that are neither ours nor the builder's. Links are not among them: nothing is in them. */
  readonly foreign: readonly string[];
  /** Where something is mounted that is not the kernel's, wherever that is. */
  readonly mounted: readonly string[];
}

/** Looks around. `known` are the paths that are ours or the builder's, in folders that others use as well. */
export async function lookAround(known: ReadonlySet<string>): Promise<Surroundings> {
  const points = new Set(await mountPoints());
  const mounted = [...points].filter(
    (point) => !isKernels(point) && !OWN_FILE_SYSTEMS.has(point) && !FOR_ALL.includes(point),
  );
  const foreign = new Set<string>();
  for (const folder of SHARED) {
    if (folder !== '/' && mounted.some((point) => isWithin(folder, point))) continue;
    for (const entry of await entriesOf(folder)) if (!known.has(entry) && !isOurs(entry)) foreign.add(entry);
  }
  for (const point of mounted) foreign.add(point);
  return { foreign: topmost([...foreign]), mounted };
}

/**
 * The names in shared folders, but for the foreign ones: after a builder was unpacked, what is ours or the builder's. In folders for temporary
 * files, where others may have put something meanwhile, all counts as foreign.
 */
export async function listKnown(foreign: readonly string[]): Promise<ReadonlySet<string>> {
  const lists = await Promise.all(SHARED.filter((folder) => !SCRATCH.includes(folder)).map(entriesOf));
  return new Set(lists.flat().filter((entry) => !foreign.includes(entry)));
}

/** What no archive may touch: what is foreign, what is mounted, what is for all, and what is ours. */
export function untouchable({ foreign, mounted }: Surroundings): readonly string[] {
  return [...foreign, ...mounted, ...FOR_ALL, ...KERNEL, TOOL_FOLDER];
}

/** Entries of a shared folder that are no links and no shared folders; none when it is a link itself, or missing. */
async function entriesOf(folder: string): Promise<readonly string[]> {
  if ((await lstat(folder).catch(() => undefined))?.isDirectory() !== true) return [];
  return (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => !entry.isSymbolicLink())
    .map(({ name }) => `${folder === '/' ? '' : folder}/${name}`)
    .filter((entry) => !SHARED.includes(entry));
}

function isOurs(entry: string): boolean {
  return KERNEL.includes(entry) || FOR_ALL.includes(entry) || TOOLS.includes(entry);
}

function isKernels(point: string): boolean {
  return point === '/dev' || DEVICES.has(point) || isWithin(point, '/proc') || isWithin(point, '/sys');
}

function topmost(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)));
}

/** True for the folder itself, too. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
