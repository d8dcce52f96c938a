import { chmod, copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { kept, keyOf } from './cache.ts';
import { go } from './go.ts';
import { writeSboms } from './sbom.ts';

/** The real programs that tests run against, each built from its Go module in `tools/<name>`. */
export type ToolName = 'lifecycle' | 'lifecycle-previous' | 'ca-certificates' | ProgramName;

/**
 * Those that are one program, of the same name; the last two are oracles (`oracle.ts`), `cache-image` is the lifecycle's code for that
 * alone.
 */
export type ProgramName =
  | 'registry'
  | 'crane'
  | 'pack'
  | 'act'
  | 'gitlab-runner'
  | 'actionlint'
  | 'tekton'
  | 'argo'
  | 'cache-image'
  | 'referrers-registry'
  | 'httpproxy'
  | 'registries-conf';

export interface Tool {
  readonly name: ToolName;
  /** As released, without `v`. */
  readonly version: string;
  /**
   * Holds the programs under their own names. For a lifecycle it is what belongs into `/cnb/lifecycle`, for a buildpack
   * what belongs into its folder under `/cnb/buildpacks`.
   */
  readonly directory: string;
}

interface Recipe {
  /** The module whose version in `go.mod` is the tool's. */
  readonly module: string;
  /** Packages by the path of the program that they become. */
  readonly programs: Readonly<Record<string, string>>;
  /** The Go variable that holds the version a program prints. */
  readonly versionVariable?: string;
  /** What a release of the tool has beside its programs. */
  readonly finish?: (directory: string, version: string, source: string) => Promise<void>;
}

/** The package of the `main.go` beside a `go.mod`: a program of ours over the module's packages. */
const OWN_PROGRAM = '.';

const LIFECYCLE: Recipe = {
  module: 'github.com/buildpacks/lifecycle',
  programs: {
    lifecycle: 'github.com/buildpacks/lifecycle/cmd/lifecycle',
    launcher: 'github.com/buildpacks/lifecycle/cmd/launcher',
  },
  versionVariable: 'github.com/buildpacks/lifecycle/cmd.Version',
  finish: finishLifecycle,
};

const RECIPES: Readonly<Record<ToolName, Recipe>> = {
  lifecycle: LIFECYCLE,
  'lifecycle-previous': LIFECYCLE,
  registry: {
    module: 'github.com/distribution/distribution/v3',
    programs: { registry: OWN_PROGRAM },
    versionVariable: 'github.com/distribution/distribution/v3/version.version',
  },
  crane: {
    module: 'github.com/google/go-containerregistry',
    programs: { crane: 'github.com/google/go-containerregistry/cmd/crane' },
  },
  pack: {
    module: 'github.com/buildpacks/pack',
    programs: { pack: 'github.com/buildpacks/pack' },
    versionVariable: 'github.com/buildpacks/pack/pkg/client.Version',
  },
  act: { module: 'github.com/nektos/act', programs: { act: 'github.com/nektos/act' } },
  // The runner, and what its helper image holds; only a program of ours can be built from the module (`absent/README.md`).
  'gitlab-runner': { module: 'gitlab.com/gitlab-org/gitlab-runner', programs: { 'gitlab-runner': OWN_PROGRAM } },
  actionlint: {
    module: 'github.com/rhysd/actionlint',
    programs: { actionlint: 'github.com/rhysd/actionlint/cmd/actionlint' },
    versionVariable: 'github.com/rhysd/actionlint.version',
  },
  'ca-certificates': {
    module: 'github.com/paketo-buildpacks/ca-certificates/v3',
    programs: {
      'bin/main': 'github.com/paketo-buildpacks/ca-certificates/v3/cmd/main',
      'bin/helper': 'github.com/paketo-buildpacks/ca-certificates/v3/cmd/helper',
    },
    finish: finishCaCertificates,
  },
  // What makes Pods of Tasks, and what is in these Pods.
  tekton: {
    module: 'github.com/tektoncd/pipeline',
    programs: {
      tekton: OWN_PROGRAM,
      entrypoint: 'github.com/tektoncd/pipeline/cmd/entrypoint',
      workingdirinit: 'github.com/tektoncd/pipeline/cmd/workingdirinit',
    },
  },
  argo: { module: 'github.com/argoproj/argo-workflows/v3', programs: { argo: OWN_PROGRAM } },
  'cache-image': { module: 'github.com/buildpacks/lifecycle', programs: { 'cache-image': OWN_PROGRAM } },
  'referrers-registry': {
    module: 'github.com/google/go-containerregistry',
    programs: { 'referrers-registry': OWN_PROGRAM },
  },
  httpproxy: { module: 'golang.org/x/net', programs: { httpproxy: OWN_PROGRAM } },
  'registries-conf': { module: 'go.podman.io/image/v5', programs: { 'registries-conf': OWN_PROGRAM } },
};

export const TOOL_NAMES = Object.keys(RECIPES) as readonly ToolName[];

/** The lifecycle is one program that acts by the name it is called with. */
const PHASES = ['analyzer', 'builder', 'creator', 'detector', 'exporter', 'extender', 'rebaser', 'restorer'];

/** Raise when this code makes something else from the same modules. */
const RECIPE_VERSION = 2;

/** The tool, built first when it is not in the cache; then one line says so. */
export async function tool(name: ToolName): Promise<Tool> {
  const recipe = RECIPES[name];
  const source = path.join(import.meta.dirname, 'tools', name);
  const [module, sums] = await Promise.all([readText(source, 'go.mod'), readText(source, 'go.sum')]);
  const version = versionIn(module, recipe.module);
  const isOwn = Object.values(recipe.programs).includes(OWN_PROGRAM);
  const own = isOwn ? await ownCode(source) : '';
  const key = keyOf(RECIPE_VERSION, process.arch, recipe.programs, module, sums, own);
  const directory = await kept(`bin/${name}-${version}-${key}`, async (folder) => {
    process.stderr.write(`bench: building ${name} ${version} (once)\n`);
    await build(recipe, version, source, folder);
  });
  return { name, version, directory };
}

/** The path of a program of one tool. */
export async function program(name: ProgramName): Promise<string> {
  return path.join((await tool(name)).directory, name);
}

async function build(recipe: Recipe, version: string, source: string, folder: string): Promise<void> {
  const variable = recipe.versionVariable === undefined ? '' : ` -X ${recipe.versionVariable}=${version}`;
  for (const [file, target] of Object.entries(recipe.programs)) {
    const output = path.join(folder, file);
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', `-s -w${variable}`, '-o', output, target];
    await go(args, { directory: source });
    await chmod(output, 0o755);
  }
  await recipe.finish?.(folder, version, source);
}

async function finishLifecycle(folder: string, version: string): Promise<void> {
  for (const phase of PHASES) await symlink('lifecycle', path.join(folder, phase));
  for (const name of ['lifecycle', 'launcher']) await writeSboms(path.join(folder, name), version);
}

/** The buildpack as Paketo packages it: one program that acts by its name, and a helper for the launch. */
async function finishCaCertificates(folder: string, version: string, source: string): Promise<void> {
  const format = ['list', '-m', '-f', '{{.Dir}}', RECIPES['ca-certificates'].module];
  const module = (await go(format, { directory: source })).trim();
  const descriptor = await readText(module, 'buildpack.toml');
  await mkdir(path.join(folder, 'bin'), { recursive: true });
  await writeFile(path.join(folder, 'buildpack.toml'), descriptor.replace('{{.version}}', version));
  for (const name of ['build', 'detect']) await symlink('main', path.join(folder, 'bin', name));
  for (const name of ['LICENSE', 'NOTICE']) {
    await copyFile(path.join(module, name), path.join(folder, name));
    await chmod(path.join(folder, name), 0o644);
  }
}

/** Our program, then the rest of its code and what it stands on in modules of our own. */
async function ownCode(source: string): Promise<string> {
  const all = await readdir(source, { recursive: true });
  const others = all.filter((file) => /\/.*\.mod$|\.go$/.test(file) && file !== 'main.go').sort();
  return (await Promise.all(['main.go', ...others].map((file) => readText(source, file)))).join('');
}

async function readText(...parts: readonly string[]): Promise<string> {
  return readFile(path.join(...parts), 'utf8');
}

function versionIn(goModule: string, module: string): string {
  const required = goModule.split('\n').map((line) =>
    line
      .trim()
      .replace(/^require /, '')
      .split(' '),
  );
  const version = required.find(([name, release]) => name === module && release?.startsWith('v'))?.[1];
  if (version === undefined) throw new Error(`go.mod does not require ${module}`);
  return version.slice(1);
}
