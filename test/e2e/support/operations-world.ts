import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { makeRunImage, pushLayout, type RunImageOptions } from '../../bench/images.ts';
import { build } from './cli.ts';
import type { GuideExample } from './guide.ts';
import { startWorld, type World } from './world.ts';

/** The registry's name on the page; the real one has a port that nobody knows before. */
const NAME = 'registry.example';

/** What docs/operations.md tells of: apps of a team on a registry, and run images that they stand on. */
export interface OperationsWorld {
  readonly world: World;
  /** Runs an example's commands, as a user there; gives the lines that were printed, and the exit status where it is not 0. */
  run(example: Pick<GuideExample, 'commands' | 'files'>): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * - `base/run:noble`: the run image, of which there is a newer edition than the apps have
 * - `base/run:noble-20261122`: the newer edition under a name that no app records
 * - `team/shop:1`, `team/cart:1`: on the older edition; `team/cart:1` is also `latest`
 * - `team/report:1`: on a run image that has moved on to another version of its distribution
 */
export async function startOperationsWorld(): Promise<OperationsWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-operations-'));
  const world = await startWorld({ buildpacks: ['procfile'] });
  const stop = async () => {
    await world.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await fill(world);
    const program = path.join(directory, 'buildpacks-ci');
    await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${inject('programs').commandLine}' "$@"\n`);
    await chmod(program, 0o755);
    await writeKubectl(path.join(directory, 'kubectl'), world);
    return { world, run: (example) => run(example, directory, world.registry.host), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fill(world: World): Promise<void> {
  const noble = await pushRunImage(world, 'noble', { edition: '1' });
  const jammy = await pushRunImage(world, 'jammy', { edition: '1', labels: version('22.04') });
  const app = ['--path', 'samples/apps/procfile'];
  const onNoble = ['--builder', await world.addBuilder('base/builder', { runImage: noble }), ...app];
  const onJammy = ['--builder', await world.addBuilder('base/jammy-builder', { runImage: jammy }), ...app];
  await build([world.image('team/shop'), ...onNoble]);
  await build([world.image('team/cart'), '--tags', 'latest', ...onNoble, '--labels', 'app=cart']);
  await build([world.image('team/report'), ...onJammy, '--labels', 'app=report']);
  for (const tag of ['noble', 'noble-20261122']) await pushRunImage(world, tag, { edition: '2' });
  await pushRunImage(world, 'jammy', { edition: '2', labels: version('24.04') });
}

function version(number: string): Readonly<Record<string, string>> {
  return { 'io.buildpacks.base.distro.version': number };
}

async function pushRunImage(world: World, tag: string, options: RunImageOptions): Promise<string> {
  const reference = world.image('base/run', tag);
  await pushLayout((await makeRunImage(options)).layout, reference, world.registry.access);
  return reference;
}

/** A cluster that runs the cart, and one image from elsewhere. */
async function writeKubectl(file: string, world: World): Promise<void> {
  const pod = (name: string, image: string) => ({
    kind: 'Pod',
    metadata: {
      name: `${name}-0`,
      namespace: 'shop',
      ownerReferences: [{ kind: 'StatefulSet', name, controller: true }],
    },
    spec: { containers: [{ name: 'main', image }] },
    status: { phase: 'Running' },
  });
  const items = [pod('cart', world.image('team/cart')), pod('base', world.image('base/run', 'noble'))];
  await writeFile(file, `#!/bin/sh\ncat <<'EOF'\n${JSON.stringify({ kind: 'List', items })}\nEOF\n`);
  await chmod(file, 0o755);
}

async function run(
  { commands, files }: Pick<GuideExample, 'commands' | 'files'>,
  directory: string,
  host: string,
): Promise<readonly string[]> {
  const named = (shown: string) => shown.replaceAll(NAME, host);
  for (const { name, content } of files) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, named(content));
  }
  const child = spawn('sh', ['-c', named(commands)], {
    cwd: directory,
    env: { PATH: `${directory}:${process.env['PATH'] ?? ''}`, HOME: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = (await ended) as readonly (number | null)[];
  const lines = `${stdout}${stderr}`.replaceAll(host, NAME).trimEnd().split('\n');
  return status === 0 ? lines : [...lines, `exit status ${status ?? ''}`];
}
