import { mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { COMMITTED } from '../../cache/volume-cache.ts';
import { type BuildDirectory, IN_BUILD } from '../../lifecycle/build-directory.ts';
import type { Volume } from '../types.ts';

/** The parts of the build directory that the build only reads. */
export const READ_ONLY_PARTS: ReadonlySet<keyof typeof IN_BUILD> = new Set(['platform', 'config']);

/** The value of `--mount` for a host directory or file. */
export function bindMount({ source, target, writable }: Volume): string {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...(writable ? [] : ['readonly'])];
  return fields.map(csvField).join(',');
}

/** `--mount` is a line of CSV (RFC 4180), for Docker and Podman alike. */
function csvField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** How files get in: all mounted; only the layers of the cache, and the rest copied through the engine's archive interface; all copied. */
export type Mounted = 'all' | 'cache layers' | 'nothing';

/** Where the container finds the files of the cache's `committed` folder when only these are mounted. */
export const MOUNTED_LAYERS = '/buildpacks-ci/cache-layers';

/** Others may list the folder and open what is in it. */
const OPEN_TO_OTHERS = 0o005;

/** The build directory as an engine on this machine can mount it. */
export interface BoundDirectory {
  readonly mounts: readonly string[];
  /** To be called when no container uses it any more. */
  remove(): Promise<void>;
}

/**
 * Names the directory's parts by a path that was made just now: an engine on another machine, or in another container beside a shared
 * socket, says that it does not exist, instead of mounting what it has under the same name.
 *
 * @returns undefined when there is nothing to mount
 */
export async function boundDirectory(directory: BuildDirectory, mounted: Mounted): Promise<BoundDirectory | undefined> {
  const parts = mounted === 'all' ? allParts(directory) : mounted === 'nothing' ? [] : await cacheLayers(directory);
  if (parts.length === 0) return undefined;
  const scratch = await mkdtemp(path.join(directory.root, 'bind-'));
  const link = path.join(scratch, 'build');
  await symlink(directory.root, link);
  return {
    mounts: parts.map(({ source, ...part }) =>
      bindMount({ ...part, source: path.join(link, path.relative(directory.root, source)) }),
    ),
    remove: () => rm(scratch, { recursive: true, force: true }),
  };
}

function allParts(directory: BuildDirectory): readonly Volume[] {
  return (Object.keys(IN_BUILD) as (keyof typeof IN_BUILD)[]).map((part) => ({
    source: directory[part],
    target: IN_BUILD[part],
    writable: !READ_ONLY_PARTS.has(part),
  }));
}

async function cacheLayers({ cache }: BuildDirectory): Promise<readonly Volume[]> {
  const source = path.join(cache, COMMITTED);
  const mode = (await stat(source).catch(() => undefined))?.mode ?? 0;
  return (mode & OPEN_TO_OTHERS) === OPEN_TO_OTHERS ? [{ source, target: MOUNTED_LAYERS, writable: false }] : [];
}
