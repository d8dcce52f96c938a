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
  /** The digest that a tag has now. */
  digest(reference: string): Promise<string>;
  /** The configuration of an image, parsed. */
  config(reference: string): Promise<{ config: { Labels: Record<string, string>; Env: string[] } }>;
  stop(): Promise<void>;
}

/** Starts a registry and fills it; everything that is made is kept in the bench's cache. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const registry = await startRegistry(options.registry ?? {});
  try {
    const image = (repository: string, tag = '1') => `${registry.host}/${repository}:${tag}`;
    const runImage = await makeRunImage(options.runImage ?? {});
    await pushLayout(runImage.layout, image('run'), registry.access);
    const directories = await Promise.all(options.buildpacks.map(buildpackDirectory));
    const groups = await Promise.all(
      directories.map(async (directory) => [{ id: (await readBuildpack(directory)).id }]),
    );
    const defaults = { buildpacks: directories, order: groups, runImage: image('run') };
    const builder = await makeBuilder({ ...defaults, ...options.builder });
    await pushLayout(builder.layout, image('builder'), registry.access);
    registry.forget();
    const read = async (args: readonly string[]) => (await crane(args, image('any'), registry.access)).trim();
    return {
      registry,
      builder: image('builder'),
      runImage: image('run'),
      image,
      digest: (reference) => read(['digest', reference]),
      config: async (reference) =>
        JSON.parse(await read(['config', reference])) as Awaited<ReturnType<World['config']>>,
      stop: () => registry.stop(),
    };
  } catch (error) {
    await registry.stop();
    throw error;
  }
}

/** A directory that goes when the test is over. */
export async function temporaryDirectory(name: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), `e2e-${name}-`));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
