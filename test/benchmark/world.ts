import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../bench/command.ts';
import { buildpackDirectory, makeBuilder, makeRunImage, pushLayout } from '../bench/images.ts';
import { type Registry, startRegistry } from '../bench/registry.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** An app, and the line that is changed in it. */
export interface App {
  readonly name: 'small app' | '100 MB layer';
  readonly source: string;
  readonly file: string;
}

export const APPS: readonly App[] = [
  { name: 'small app', source: path.join(ROOT, 'samples/apps/nodejs'), file: 'server.js' },
  { name: '100 MB layer', source: path.join(ROOT, 'test/apps/plain'), file: 'app.txt' },
];

/** What all contenders share: one registry with one builder, and a place for files. */
export interface World {
  readonly registry: Registry;
  readonly builder: string;
  /** Open to every user. */
  readonly scratch: string;
  /** A copy of an app, for one round. */
  copyApp(app: App, name: string): Promise<string>;
  stop(): Promise<void>;
}

/** A registry on a loopback port with a run image and a builder; the first group fits the small app, the second every other. */
export async function startWorld(): Promise<World> {
  const registry = await startRegistry();
  const scratch = await mkdtemp(path.join(tmpdir(), 'benchmark-'));
  await chmod(scratch, 0o777);
  const stop = async () => {
    await forgetImages(registry.host);
    await registry.stop();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    const runImage = `${registry.host}/benchmark/run:1`;
    const builder = `${registry.host}/benchmark/builder:1`;
    await pushLayout((await makeRunImage()).layout, runImage);
    const buildpacks = await Promise.all(['nodejs', 'large-layer'].map(buildpackDirectory));
    const order = [[{ id: 'samples/nodejs' }], [{ id: 'test/large-layer' }]];
    const made = await makeBuilder({ buildpacks, order, runImage, directory: path.join(scratch, 'builder') });
    await pushLayout(made.layout, builder);
    return { registry, builder, scratch, copyApp: (app, name) => copyApp(app, path.join(scratch, name)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function copyApp({ source }: App, target: string): Promise<string> {
  await mkdir(target, { mode: 0o755 });
  await cp(source, target, { recursive: true });
  return target;
}

/** Changes one line of the app, or adds one. */
export async function changeLine({ file }: App, directory: string): Promise<void> {
  const target = path.join(directory, file);
  const [first = '', ...rest] = (await readFile(target, 'utf8')).split('\n');
  await writeFile(target, [`${first} // changed`, ...rest].join('\n'));
}

/** What the registry's clients left in the store of the container engine. */
async function forgetImages(host: string): Promise<void> {
  const listing = await command('docker', ['image', 'ls', '--no-trunc', '--format', '{{.Repository}} {{.ID}}']);
  const ids = listing.split('\n').flatMap((line) => (line.startsWith(`${host}/`) ? [line.split(' ')[1] ?? ''] : []));
  if (ids.length > 0) await command('docker', ['image', 'rm', '--force', ...new Set(ids)]);
}
