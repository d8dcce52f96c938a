import { mkdtemp, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
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

/** The build directory as an engine on this machine can mount it. */
export interface BoundDirectory {
  readonly mounts: readonly string[];
  /** To be called when no container uses it any more. */
  remove(): Promise<void>;
}

/**
 * Names the directory's parts by a path that was made just now: an engine on another machine, or in another container beside a shared
 * socket, says that it does not exist, instead of mounting what it has under the same name.
 */
export async function boundDirectory(directory: BuildDirectory): Promise<BoundDirectory> {
  const scratch = await mkdtemp(path.join(directory.root, 'bind-'));
  const link = path.join(scratch, 'build');
  await symlink(directory.root, link);
  const parts = Object.keys(IN_BUILD) as (keyof typeof IN_BUILD)[];
  return {
    mounts: parts.map((part) =>
      bindMount({
        source: path.join(link, path.relative(directory.root, directory[part])),
        target: IN_BUILD[part],
        writable: !READ_ONLY_PARTS.has(part),
      }),
    ),
    remove: () => rm(scratch, { recursive: true, force: true }),
  };
}
