import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

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

/**
 * What a bundle gets for `undici`: the parts that we use. The whole package (fetch, web sockets, caches, mocks) is two thirds of a
 * bundle and of the time that the program takes to start. A name that is missing here fails the bundling. As in the package's own
 * entry, dispatchers get their `request` only by the assignment.
 */
const UNDICI = `
  import api from 'undici/lib/api/index.js';
  import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
  Object.assign(Dispatcher.prototype, api);
  export { default as Agent } from 'undici/lib/dispatcher/agent.js';
`;

/** What GitHub's HTTP client gets, which brings an undici of its own for this one name. */
const UNDICI_OF_TOOLKIT = `export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';`;

const UNDICI_PARTS: Plugin = {
  name: 'undici-parts',
  setup: (build) => {
    build.onResolve({ filter: /^undici$/ }, ({ importer }) => {
      const toolkit = importer.includes('node_modules/@actions/');
      return { path: toolkit ? 'toolkit' : 'core', namespace: 'undici', sideEffects: false };
    });
    build.onLoad({ filter: /^/, namespace: 'undici' }, ({ path: part }) => ({
      contents: part === 'core' ? UNDICI : UNDICI_OF_TOOLKIT,
      resolveDir: ROOT,
    }));
  },
};

/** What is shipped: each entry becomes one file that needs nothing beside Node. */
const BUNDLES = [
  { entry: 'packages/cli/src/main.ts', file: 'packages/cli/dist/buildpacks-ci.cjs' },
  { entry: 'packages/github-action/src/main.ts', file: 'packages/github-action/dist/index.cjs' },
];

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
    plugins: [UNDICI_PARTS],
    logLevel: 'warning',
  });
  await chmod(file, 0o755);
  const { length } = await readFile(file);
  process.stdout.write(`${path.relative(target, file)}: ${(length / 1e6).toFixed(1)} MB\n`);
}
