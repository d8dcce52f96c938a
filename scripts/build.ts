import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '..');

/**
 * CommonJS has no `import.meta.url`, and a bundle that asks for it at load time dies without a word from the bundler
 * (esbuild silences warnings about dependencies): it is computed from the file's own name instead.
 */
const BUNDLE_URL = '__bundleUrl';
const BANNER = [
  '#!/usr/bin/env node',
  `const ${BUNDLE_URL} = require('node:url').pathToFileURL(__filename).href;`,
].join('\n');

/** What is shipped: each entry becomes one file that needs nothing beside Node. */
const BUNDLES = [{ entry: 'packages/cli/src/main.ts', file: 'packages/cli/dist/buildpacks-ci.cjs' }];

/** Below which the files are written: the repository, or what the first argument says. */
const target = path.resolve(process.argv[2] ?? ROOT);

for (const { entry, file } of BUNDLES) await bundle(path.join(ROOT, entry), path.join(target, file));

async function bundle(entry: string, file: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    banner: { js: BANNER },
    define: { 'import.meta.url': BUNDLE_URL },
    legalComments: 'inline',
    logLevel: 'warning',
  });
  await chmod(file, 0o755);
  const { length } = await readFile(file);
  process.stdout.write(`${path.relative(target, file)}: ${(length / 1e6).toFixed(1)} MB\n`);
}
