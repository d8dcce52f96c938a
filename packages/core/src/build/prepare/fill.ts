import { chmod, chown, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { layoutPath, writeLayout } from '../../layout/index.ts';
import { parseReference } from '../../reference/index.ts';
import { type BuildDirectory, LAYOUT_NAMES } from '../../lifecycle/build-directory.ts';
import type { Owner } from './app.ts';
import { openFolder } from './open-folder.ts';
import type { PreviousImage } from './previous-image.ts';
import type { ResolvedRunImage } from './run-image.ts';

/**
 * Makes the folders that RUN writes, open to the CNB user: given to it when we are root, else left to the engine, which copies them
 * with their owner. `/layers` is 0755 and the CNB user's in every engine, since its mode is part of the layers' bytes.
 */
export async function makeWritableFolders(directory: BuildDirectory, owner: Owner | undefined): Promise<void> {
  const output = layoutPath(directory.layout, parseReference(LAYOUT_NAMES.output));
  await mkdir(output, { recursive: true, mode: 0o755 });
  for (const folder of [directory.layers, directory.cache]) await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const folder of [directory.layers, directory.cache, ...foldersBetween(directory.layout, output)]) {
    await chmod(folder, 0o755);
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  }
}

/** The folders below `top` on the way to `bottom`, both ends but `top` included. */
function foldersBetween(top: string, bottom: string): readonly string[] {
  const parts = path.relative(top, bottom).split(path.sep);
  return parts.map((_, index) => path.join(top, ...parts.slice(0, index + 1)));
}

/**
 * Writes the layouts that the lifecycle reads, sparse: manifests and configurations, and of the previous image the one layer that it
 * opens. Whole layers would make it slower, not better. The CNB user may read them.
 */
export async function writeInputLayouts(
  directory: BuildDirectory,
  runImage: ResolvedRunImage,
  previous: PreviousImage | undefined,
): Promise<void> {
  await writeLayout(layoutPath(directory.layout, runImage.reference), [runImage.image], { sparse: true });
  if (previous !== undefined) {
    await writeLayout(layoutPath(directory.layout, parseReference(LAYOUT_NAMES.previous)), [previous.image], {
      sparse: true,
      ...(previous.sbomLayer !== undefined && { blobs: [previous.sbomLayer.digest] }),
    });
  }
  await openFolder(directory.layout);
}
