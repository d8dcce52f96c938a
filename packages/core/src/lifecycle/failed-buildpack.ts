import { lstat, opendir } from 'node:fs/promises';
import path from 'node:path';

/** Entries of a buildpack's folder that are looked at: it is foreign, and may hold any number. */
const MAX_ENTRIES = 1000;

/** What is known of a build when one of its buildpacks has failed. */
export interface FailedBuild {
  /** `/layers` as the build left it. */
  readonly layers: string;
  /** `id@version`, in the order in which they are run. */
  readonly group: readonly string[];
  /** Milliseconds since the epoch: what changed later was changed while buildpacks ran. */
  readonly since: number;
}

/**
 * The buildpacks of which one has failed, in their order; the lifecycle names it only at log level debug. It makes a buildpack's folder in
 * `/layers` just before it runs it (lifecycle, `buildpack/build.go`): who has none was not run, and who came before one that has written
 * something did not fail. Restored layers make folders too, then some may be left to choose from. For messages only: buildpacks can
 * lay false trails.
 */
export async function suspectBuildpacks({ layers, group, since }: FailedBuild): Promise<readonly string[]> {
  const run: string[] = [];
  let last = 0;
  for (const name of group) {
    const changed = await lastChange(path.join(layers, folderOf(name)));
    if (changed === undefined) break;
    if (changed > since) last = run.length;
    run.push(name);
  }
  return run.length === 0 ? group : run.slice(last);
}

/** As the lifecycle names folders (`launch.EscapeID`). */
function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('@')).replaceAll('/', '_');
}

/** When a folder or something directly in it was last changed, in milliseconds; undefined when it is not there. */
async function lastChange(folder: string): Promise<number | undefined> {
  const stats = await lstat(folder).catch(() => undefined);
  if (stats?.isDirectory() !== true) return undefined;
  let newest = stats.mtimeMs;
  let entries = 0;
  for await (const { name } of await opendir(folder)) {
    if ((entries += 1) > MAX_ENTRIES) break;
    const entry = await lstat(path.join(folder, name)).catch(() => undefined);
    newest = Math.max(newest, entry?.mtimeMs ?? 0);
  }
  return newest;
}
