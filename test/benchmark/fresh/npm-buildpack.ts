import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buildpackDirectory } from '../../bench/buildpack.ts';
import { kept, keyOf, ROOT } from '../../bench/cache.ts';

const SOURCE = path.join(ROOT, 'test/buildpacks/npm');

/** The folder of the buildpack `test/npm` with the Node.js and npm that the sample buildpack brings. */
export async function npmBuildpack(): Promise<string> {
  const sample = await buildpackDirectory('nodejs');
  const programs = ['bin/detect', 'bin/build'].map((file) => readFile(path.join(SOURCE, file), 'utf8'));
  return kept(`buildpacks/npm-${keyOf(path.basename(sample), ...(await Promise.all(programs)))}`, async (target) => {
    await cp(SOURCE, target, { recursive: true });
    await cp(path.join(sample, 'dependencies'), path.join(target, 'dependencies'), { recursive: true });
  });
}
