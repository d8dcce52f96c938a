import { chmod, chown, cp, lstat, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isBelow } from '../../../packages/core/src/files/file-kind.ts';
import type { ClusterData } from './cluster.ts';
import type { Pod, Volume } from './pod.ts';
import { projectedFiles, type ProjectedFile } from './projected-files.ts';

/** Volumes by their names in the Pod. */
export type Volumes = Readonly<Record<string, MadeVolume>>;

export interface MadeVolume {
  /** Of this machine. */
  readonly folder: string;
  /** However a container mounts it. */
  readonly readOnly: boolean;
}

/** What a volume's group may do, as the kubelet adds it to modes. */
const WRITABLE = { file: 0o660, directory: 0o2770 };
const READABLE = { file: 0o440, directory: 0o2550 };

const CHECKOUT = path.resolve(import.meta.dirname, '../../..');

/** Where the files of a projected volume are, and the link to it that the kubelet replaces when they change. */
const DATA = '..data';
const VERSION = '..2026_01_01_00_00_00.1';

/**
 * Makes the volumes of a Pod in `directory`, with the modes, owners and links that the kubelet gives them.
 *
 * @throws Error when an object that a volume is made of is not there
 */
export async function makeVolumes(pod: Pod, cluster: ClusterData, directory: string): Promise<Volumes> {
  const made: [string, MadeVolume][] = [];
  for (const volume of pod.spec.volumes ?? []) {
    made.push([volume.name, await makeVolume(volume, path.join(directory, volume.name), { pod, cluster })]);
  }
  return Object.fromEntries(made);
}

/** What a volume is made in. */
interface Surroundings {
  readonly pod: Pod;
  readonly cluster: ClusterData;
}

async function makeVolume(volume: Volume, folder: string, { pod, cluster }: Surroundings): Promise<MadeVolume> {
  const group = pod.spec.securityContext?.fsGroup;
  const files = projectedFiles(volume, pod, cluster);
  if (files !== undefined) {
    await writeProjected(folder, files);
    if (group !== undefined) await giveTo(group, folder, READABLE);
    return { folder, readOnly: true };
  }
  const made = volume.emptyDir === undefined ? claimed(volume, cluster) : await makeEmpty(folder);
  if (group === undefined || made.readOnly) return made;
  const changed = await outsideOfTheCheckout(made.folder, folder);
  await giveTo(group, changed, WRITABLE);
  return { ...made, folder: changed };
}

/** The folder itself; a copy where it is one of this repository, such as a sample app, which other tests build with the modes that it has. */
async function outsideOfTheCheckout(folder: string, copy: string): Promise<string> {
  if (!isBelow(folder, CHECKOUT)) return folder;
  await cp(folder, copy, { recursive: true, preserveTimestamps: true });
  return copy;
}

async function makeEmpty(folder: string): Promise<MadeVolume> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  return { folder, readOnly: false };
}

function claimed({ name, persistentVolumeClaim: claim }: Volume, { claims }: ClusterData): MadeVolume {
  const folder = claims[claim?.claimName ?? ''];
  if (folder === undefined) throw new Error(`the bench has nothing for the volume "${name}"`);
  return { folder, readOnly: claim?.readOnly === true };
}

/** Files behind two links each: `key -> ..data/key` and `..data -> ..2026_…`. */
async function writeProjected(folder: string, files: readonly ProjectedFile[]): Promise<void> {
  const version = path.join(folder, VERSION);
  await mkdir(version, { recursive: true });
  for (const { path: name, content, mode } of files) {
    const file = path.join(version, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode ?? 0o644);
  }
  await symlink(VERSION, path.join(folder, DATA));
  for (const name of await readdir(version)) await symlink(path.join(DATA, name), path.join(folder, name));
}

async function giveTo(group: number, place: string, rights: typeof WRITABLE): Promise<void> {
  const found = await lstat(place);
  if (found.isSymbolicLink()) return;
  await chown(place, found.uid, group);
  await chmod(place, (found.mode & 0o7777) | (found.isDirectory() ? rights.directory : rights.file));
  if (!found.isDirectory()) return;
  for (const name of await readdir(place)) await giveTo(group, path.join(place, name), rights);
}

/** The folder of a volume that a mount shows, made like the volume itself when it is not there. */
export async function mountedFolder(volume: string, subPath: string): Promise<string> {
  const folder = path.join(volume, subPath);
  if (subPath === '' || (await exists(folder))) return folder;
  const { mode, uid, gid } = await stat(volume);
  await mkdir(folder, { recursive: true });
  await chown(folder, uid, gid);
  await chmod(folder, mode & 0o7777);
  return folder;
}

async function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}
