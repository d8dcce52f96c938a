import { cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { kept, keyOf, ROOT } from '../../bench/cache.ts';
import { go } from '../../bench/go.ts';

const SOURCE = path.join(ROOT, 'test/buildpacks/go');

/** What `go build` needs of a toolchain when no package uses C. */
const PARTS = ['VERSION', 'go.env', 'bin/go', 'pkg/include', 'pkg/tool', 'src'];

/** The folder of the buildpack `test/go` with this machine's Go toolchain in it, without that toolchain's own sources and tests. */
export async function goBuildpack(): Promise<string> {
  const version = (await go(['version'])).trim();
  const build = await readFile(path.join(SOURCE, 'bin/build'), 'utf8');
  return kept(`buildpacks/go-${keyOf(version, build)}`, assemble);
}

async function assemble(target: string): Promise<void> {
  await cp(SOURCE, target, { recursive: true });
  const root = (await go(['env', 'GOROOT'])).trim();
  for (const part of PARTS) {
    await mkdir(path.dirname(path.join(target, 'toolchain', part)), { recursive: true });
    await cp(path.join(root, part), path.join(target, 'toolchain', part), { recursive: true, filter: isNeeded });
  }
}

function isNeeded(file: string): boolean {
  return !/_test\.go$|\/testdata$|\/src\/cmd$/.test(file);
}
