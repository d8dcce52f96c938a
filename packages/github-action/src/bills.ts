import path from 'node:path';
import { type Component, imageBills, readComponents } from '@buildpacks-ci/core';

/** What one bill of materials lists. */
export interface Bill {
  /** Below the directory of bills: `launch/samples_nodejs/modules/sbom.cdx.json`. */
  readonly file: string;
  readonly components: readonly Component[];
}

/**
 * The bills of what is in the image.
 *
 * @param files absolute, or below `directory`
 */
export async function readBills(files: readonly string[], directory: string): Promise<readonly Bill[]> {
  return Promise.all(
    imageBills(files, directory).map(async (file) => ({
      file,
      components: await readComponents(path.join(directory, file)),
    })),
  );
}
