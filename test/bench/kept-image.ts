import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { kept, keyOf } from './cache.ts';
import { codeKey } from './code-key.ts';
import type { BenchImage } from './image.ts';

/** What writing a layout tells: `BenchImage` without the place. */
export type Digests = Omit<BenchImage, 'layout'>;

/**
 * An image by everything that it is made of: in the cache and made only once, or anew in `directory` when one is given.
 * A test whose image names a registry on a random port gives its own folder, so that the cache does not grow with each run.
 *
 * @param write fills the folder that it is given with an OCI layout
 */
export async function keptImage(
  kind: string,
  inputs: unknown,
  directory: string | undefined,
  write: (layout: string) => Promise<Digests>,
): Promise<BenchImage> {
  if (directory !== undefined) {
    await mkdir(directory, { recursive: true });
    return { layout: directory, ...(await write(directory)) };
  }
  const folder = await kept(`images/${kind}-${keyOf(await codeKey(), inputs)}`, async (made) => {
    const digests = await write(path.join(made, 'layout'));
    await writeFile(path.join(made, 'digests.json'), JSON.stringify(digests));
  });
  const digests = JSON.parse(await readFile(path.join(folder, 'digests.json'), 'utf8')) as Digests;
  return { layout: path.join(folder, 'layout'), ...digests };
}
