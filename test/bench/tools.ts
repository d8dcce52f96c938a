import { chmod, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { kept, keyOf } from './cache.ts';
import { go } from './go.ts';
import { isOwnProgram, type ProgramName, type Recipe, RECIPES, type ToolName } from './tool-recipes.ts';

export { type ProgramName, TOOL_NAMES, type ToolName } from './tool-recipes.ts';

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

/** For all packages: without optimising, and without putting functions into others. */
const QUICK = ['-gcflags', 'all=-N -l'];
/** But for the standard library, which is there from the other tools. */
const COMPILED = ['-gcflags', 'std='];

/** Raise when this code makes something else from the same modules. */
const RECIPE_VERSION = 2;

/** The tool, built first when it is not in the cache; then one line says so. */
export async function tool(name: ToolName): Promise<Tool> {
  const recipe = RECIPES[name];
  const source = path.join(import.meta.dirname, 'tools', recipe.folder ?? name);
  const [module, sums] = await Promise.all([readText(source, 'go.mod'), readText(source, 'go.sum')]);
  const version = versionIn(module, recipe.module);
  const own = Object.values(recipe.programs).some(isOwnProgram) ? await ownCode(source) : '';
  const inputs = [RECIPE_VERSION, process.arch, recipe.programs, module, sums, own];
  const key = keyOf(...inputs, ...(recipe.isQuick === true ? QUICK : []));
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
    const settings = ['-trimpath', '-buildvcs=false', '-ldflags', `-s -w${variable}`];
    if (recipe.isQuick === true) settings.push(...QUICK, ...COMPILED);
    await go(['build', ...settings, '-o', output, target], { directory: source });
    await chmod(output, 0o755);
  }
  await recipe.finish?.(folder, version, source);
}

/** Our programs, and what they stand on in modules of our own. */
async function ownCode(source: string): Promise<string> {
  const all = await readdir(source, { recursive: true });
  const files = all.filter((file) => /\/.*\.mod$|\.go$/.test(file)).sort();
  return (await Promise.all(files.map((file) => readText(source, file)))).join('');
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
