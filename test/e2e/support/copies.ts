import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { command } from '../../bench/command.ts';
import { cli, type CliOptions } from './cli.ts';
import type { World } from './world.ts';

const BUILDER = 'docker.io/example/builder';
const RUN_IMAGE = 'docker.io/example/run:1';

/** Copies of images on a world's registry below `mirror/`, as samples for closed networks name them. */
export interface Copies {
  readonly builderDigest: string;
  /** The run image that is locked, as labels name it; its tag has moved on. */
  readonly runImage: string;
  /**
   * A copy of an app with a lock in it, gone with the test.
   *
   * @param environment of the command that makes the lock
   */
  lockedApp(app: string, environment?: CliOptions['environment']): Promise<string>;
  /** What the label of an image says that it stands on. */
  runImageOf(reference: string): Promise<string>;
}

/** @param toolImage as the engine knows it; the node has the copy */
export async function startCopies(world: World, toolImage: string): Promise<Copies> {
  const prefix = `${world.registry.host}/mirror/`;
  const below = (name: string) => `mirror/${name}`;
  const pushRunImage = (edition: string) => world.addRunImage(below('docker.io/example/run'), { edition });
  await pushRunImage('1');
  const builder = await world.addBuilder(below(BUILDER), { runImage: RUN_IMAGE });
  const [builderDigest, runDigest] = [await world.digest(builder), await world.digest(`${prefix}${RUN_IMAGE}`)];
  await command('docker', ['tag', toolImage, `${prefix}${toolImage}`]);
  const lockedApp: Copies['lockedApp'] = async (app, environment = {}) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'e2e-locked-app-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await cp(app, directory, { recursive: true });
    // Steps run as a user of their own.
    await chmod(directory, 0o755);
    const inputs = [`--builder=${BUILDER}@${builderDigest}`, `--registry-prefix=${prefix}`, '--tool-image=none'];
    await pushRunImage('1');
    const { status, stderr } = await cli(['lock', ...inputs], { directory, environment });
    if (status !== 0) throw new Error(`the lock was not made:\n${stderr}`);
    await pushRunImage('2');
    return directory;
  };
  const runImageOf = async (reference: string) => {
    const { config } = await world.config(reference);
    const label = config.Labels['io.buildpacks.lifecycle.metadata'] ?? '{}';
    return (JSON.parse(label) as { readonly runImage: { readonly reference: string } }).runImage.reference;
  };
  return { builderDigest, runImage: `index.${RUN_IMAGE.replace(/:1$/, '')}@${runDigest}`, lockedApp, runImageOf };
}
