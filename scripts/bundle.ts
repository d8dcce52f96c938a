import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { type BundledPackage, bundledPackages, renderLicences } from './licences.ts';

/** The root of the repository. */
export const ROOT = path.resolve(import.meta.dirname, '..');

/** One program that is shipped: a file that needs nothing beside Node, and the licences of what is in it. */
export interface Bundle {
  readonly entry: string;
  readonly file: string;
  /** Files beside it that start the same program under another name, which is how it knows what to do. */
  readonly aliases?: readonly string[];
}

export const COMMAND_LINE: Bundle = {
  entry: 'packages/cli/src/main.ts',
  file: 'packages/cli/dist/buildpacks-ci.cjs',
};

/** For the step itself and for what follows the job; and for the action that rebases. */
export const GITHUB_ACTION: Bundle = {
  entry: 'packages/github-action/src/main.ts',
  file: 'packages/github-action/dist/index.cjs',
  aliases: ['rebase.cjs'],
};

/** What a job of GitLab runs. */
export const GITLAB_CI: Bundle = {
  entry: 'packages/gitlab-ci/src/main.ts',
  file: 'packages/gitlab-ci/dist/buildpacks-ci-gitlab.cjs',
};

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

/** The files of a bundle by their paths from the root of the repository. The same sources give the same bytes. */
export async function makeBundle(bundle: Bundle): Promise<ReadonlyMap<string, string>> {
  const { program, packages } = await runBundler(bundle);
  const { file, aliases = [] } = bundle;
  const directory = path.dirname(file);
  return new Map([
    [file, program],
    ...aliases.map((alias) => [path.join(directory, alias), `require('./${path.basename(file)}');\n`] as const),
    [path.join(directory, 'licences.txt'), renderLicences(packages)],
  ]);
}

/** What is in a bundle that is not ours. */
export async function packagesOf(bundle: Bundle): Promise<readonly BundledPackage[]> {
  return (await runBundler(bundle)).packages;
}

async function runBundler({ entry, file }: Bundle) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    banner: { js: BANNER },
    define: { 'import.meta.url': BUNDLE_URL },
    legalComments: 'none',
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [UNDICI_PARTS],
    logLevel: 'warning',
  });
  const [program] = outputFiles;
  if (program === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return { program: program.text, packages: await bundledPackages(Object.keys(metafile.inputs), ROOT) };
}
