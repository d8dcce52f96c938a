import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import {
  buildpackDirectory,
  type BuilderOptions,
  crane,
  makeBuilder,
  makeRunImage,
  pushLayout,
  type RunImageOptions,
} from '../../bench/images.ts';
import { readBuildpack } from '../../bench/buildpack.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';
import { forgetImages } from './docker.ts';

export interface WorldOptions {
  /** Names that `buildpackDirectory` knows; each is a group of its own in the order, in this order. */
  readonly buildpacks: readonly string[];
  readonly builder?: Partial<BuilderOptions>;
  readonly runImage?: RunImageOptions;
  readonly registry?: RegistryOptions;
}

/** A registry that holds a builder and a run image: what a build needs. */
export interface World {
  readonly registry: Registry;
  /** References with tags. */
  readonly builder: string;
  readonly runImage: string;
  /** A reference on the registry: `image('app')` is `127.0.0.1:41234/app:1`. */
  image(repository: string, tag?: string): string;
  /** Pushes one more builder, like the world's own but for these options; gives its reference. */
  addBuilder(repository: string, options: Partial<BuilderOptions>): Promise<string>;
  /** Pushes one more run image; gives its reference. */
  addRunImage(repository: string, options: RunImageOptions): Promise<string>;
  /** The digest that a tag has now. */
  digest(reference: string): Promise<string>;
  /** The configuration of an image, parsed. */
  config(reference: string): Promise<{ created: string; config: { Labels: Record<string, string>; Env: string[] } }>;
  stop(): Promise<void>;
}

/** Starts a registry and fills it. Builders name its random port: they are made anew and go with it, only their large layers are kept. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const registry = await startRegistry(options.registry ?? {});
  const scratch = await mkdtemp(path.join(tmpdir(), 'e2e-world-'));
  const stop = async () => {
    await forgetImages(registry.host);
    await registry.stop();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    const image = (repository: string, tag = '1') => `${registry.host}/${repository}:${tag}`;
    const push = async (layout: string, repository: string) => {
      await pushLayout(layout, image(repository), registry.access);
      return image(repository);
    };
    const addRunImage = async (repository: string, runImage: RunImageOptions) =>
      push((await makeRunImage(runImage)).layout, repository);
    const directories = await Promise.all(options.buildpacks.map(buildpackDirectory));
    const groups = await Promise.all(
      directories.map(async (directory) => [{ id: (await readBuildpack(directory)).id }]),
    );
    const addBuilder = async (repository: string, builder: Partial<BuilderOptions>) => {
      const defaults = { buildpacks: directories, order: groups, runImage: image('run') };
      const directory = path.join(scratch, repository);
      return push((await makeBuilder({ ...defaults, directory, ...builder })).layout, repository);
    };
    const read = async (args: readonly string[]) => (await crane(args, image('any'), registry.access)).trim();
    const world: World = {
      registry,
      runImage: await addRunImage('run', options.runImage ?? {}),
      builder: await addBuilder('builder', options.builder ?? {}),
      image,
      addBuilder,
      addRunImage,
      digest: (reference) => read(['digest', reference]),
      config: async (reference) =>
        JSON.parse(await read(['config', reference])) as Awaited<ReturnType<World['config']>>,
      stop,
    };
    registry.forget();
    return world;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A directory that goes when the test is over. */
export async function temporaryDirectory(name: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), `e2e-${name}-`));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
