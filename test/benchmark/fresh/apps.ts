import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../../bench/cache.ts';
import { goApp } from './go-app.ts';
import type { NpmPackage, NpmRegistry } from './npm-packages.ts';

/** What is built, and what changes between a build and the next. */
export interface FreshApp {
  readonly name: 'Node, build step' | 'Node, no build step' | 'Go';
  write(directory: string): Promise<void>;
  readonly changes: Readonly<Partial<Record<Change, (directory: string, round: number) => Promise<void>>>>;
}

export const CHANGES = ['one source line', 'one dependency'] as const;
export type Change = (typeof CHANGES)[number];

/** How many packages the Node apps begin with. */
export const NODE_PACKAGES = 600;

/** The sample apps with what makes their builds long. */
export function freshApps(npm: NpmRegistry): readonly FreshApp[] {
  return [nodeApp('Node, build step', npm), nodeApp('Node, no build step', npm), goProgram()];
}

/** As a bundler does, it reads every file of every dependency. */
const BUILD_SCRIPT = `import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const hash = createHash('sha256');
for (const file of globSync('node_modules/*/**/*.js').sort()) hash.update(readFileSync(file));
mkdirSync('dist', { recursive: true });
writeFileSync('dist/modules.txt', hash.digest('hex'));
`;

/** The Node sample with that many dependencies; another dependency is one more of the registry's packages. */
function nodeApp(name: 'Node, build step' | 'Node, no build step', { packages }: NpmRegistry): FreshApp {
  const scripts = name === 'Node, build step' ? { build: 'node build.mjs' } : {};
  const source = path.join(ROOT, 'samples/apps/nodejs');
  return {
    name,
    write: async (directory) => {
      await mkdir(directory, { recursive: true });
      for (const file of ['server.js', 'project.toml', 'vendor'])
        await cp(path.join(source, file), path.join(directory, file), { recursive: true });
      await writeFile(path.join(directory, 'build.mjs'), BUILD_SCRIPT);
      await writeDependencies({ source, directory, scripts }, packages.slice(0, NODE_PACKAGES));
    },
    changes: {
      'one source line': (directory, round) => addLine(path.join(directory, 'server.js'), `// round ${round}`),
      'one dependency': (directory, round) =>
        writeDependencies({ source, directory, scripts }, packages.slice(0, NODE_PACKAGES + round)),
    },
  };
}

function goProgram(): FreshApp {
  return {
    name: 'Go',
    write: async (directory) => cp(await goApp(), directory, { recursive: true }),
    changes: {
      'one source line': (directory, round) => addLine(path.join(directory, 'main.go'), `var _ = ${round}`),
    },
  };
}

async function addLine(file: string, line: string): Promise<void> {
  await writeFile(file, `${await readFile(file, 'utf8')}${line}\n`);
}

interface NodeApp {
  /** The sample's folder. */
  readonly source: string;
  readonly directory: string;
  /** Beside the sample's own. */
  readonly scripts: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, Manifest>> & { readonly '': Manifest };
}

/** Adds the packages to what the sample depends on, in its manifest and in its lock file. */
async function writeDependencies(
  { source, directory, scripts }: NodeApp,
  packages: readonly NpmPackage[],
): Promise<void> {
  const read = async (name: string) => JSON.parse(await readFile(path.join(source, name), 'utf8')) as unknown;
  const manifest = (await read('package.json')) as Manifest & Pick<NodeApp, 'scripts'>;
  const lock = (await read('package-lock.json')) as Lock;
  const wanted = Object.fromEntries(packages.map(({ name, version }) => [name, version] as const));
  const locked = packages.map(({ name, version, url, integrity }) => [
    `node_modules/${name}`,
    { version, resolved: url, integrity },
  ]);
  const withMore = (entry: Manifest) => ({ ...entry, dependencies: { ...entry.dependencies, ...wanted } });
  const added = Object.fromEntries(locked) as Readonly<Record<string, object>>;
  const all = { ...lock.packages, '': withMore(lock.packages['']), ...added };
  await writeFile(
    path.join(directory, 'package.json'),
    JSON.stringify({ ...withMore(manifest), scripts: { ...manifest.scripts, ...scripts } }),
  );
  await writeFile(path.join(directory, 'package-lock.json'), JSON.stringify({ ...lock, packages: all }));
}
