import path from 'node:path';
import { type Component, isCycloneDx, readComponents } from '@buildpacks-ci/core';

/** What one bill of materials lists. */
export interface Bill {
  /** Below the directory of bills: `launch/samples_nodejs/modules/sbom.cdx.json`. */
  readonly file: string;
  readonly components: readonly Component[];
}

/**
 * Of the bills that a build has written, those of what is in the image: build and cache layers don't reach it.
 *
 * @param files absolute, or below `directory`
 */
export async function readBills(files: readonly string[], directory: string): Promise<readonly Bill[]> {
  const inImage = files
    .map((file) => path.relative(directory, path.resolve(directory, file)))
    .filter((file) => isCycloneDx(file) && file.startsWith('launch/'));
  return Promise.all(
    inImage.map(async (file) => ({ file, components: await readComponents(path.join(directory, file)) })),
  );
}
