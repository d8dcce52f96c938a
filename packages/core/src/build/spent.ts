import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { removeTree } from '../files/remove-tree.ts';
import type { BuildDirectory } from '../lifecycle/build-directory.ts';
import type { Ports } from '../ports/index.ts';

/** What PUBLISH reads of `/layers`. */
const READ_BY_PUBLISH = ['sbom', 'report.toml'];

/**
 * Removes what RUN was given and made and PUBLISH does not read: the app, bindings, the buildpacks' layers. It may go on beside
 * PUBLISH, so that the end of a build need not wait for large files to be removed. Nothing of RUN may be alive. Never fails: the
 * whole build directory is removed in the end.
 */
export async function removeSpent(directory: BuildDirectory, ports: Ports): Promise<void> {
  const spent = path.join(directory.root, 'spent');
  await mkdir(spent).catch(() => undefined);
  const layers = (await readdir(directory.layers).catch(() => [])).filter((name) => !READ_BY_PUBLISH.includes(name));
  const parts = [directory.workspace, directory.platform, ...layers.map((name) => path.join(directory.layers, name))];
  const moves = parts.map((part, index) => rename(part, path.join(spent, String(index))).catch(() => undefined));
  await Promise.all(moves);
  await removeTree(spent, ports);
}
