import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { build, type CliOptions } from './cli.ts';
import { packBuild, withCacheVolume } from './pack.ts';
import { temporaryDirectory, type World } from './world.ts';

/** What the registry has under one tag after the first build and after a rebuild, each with a layer cache. */
export interface Digests {
  readonly first: string;
  readonly rebuild: string;
}

export interface Comparison {
  /** Arguments that both understand. */
  readonly common: readonly string[];
  /** Ours and pack's where the two differ in names. */
  readonly ours?: readonly string[];
  readonly pack?: readonly string[];
}

/** Builds the same with our command line and with pack. */
export async function buildWithBoth(
  world: World,
  { common, ours = [], pack = [] }: Comparison,
): Promise<{ readonly ours: Digests; readonly pack: Digests }> {
  return {
    ours: await buildTwice(world, [...common, ...ours]),
    pack: await packTwice(world, [...common, ...pack]),
  };
}

export async function buildTwice(world: World, args: readonly string[], options?: CliOptions): Promise<Digests> {
  const cache = await temporaryDirectory('cache');
  await chmod(cache, 0o777);
  return twice(world, (image) => build([image, ...args, '--cache-store', `dir:${cache}`], options));
}

export async function packTwice(world: World, args: readonly string[]): Promise<Digests> {
  return withCacheVolume((volume) => twice(world, (image) => packBuild(image, args, volume)));
}

async function twice(world: World, make: (image: string) => Promise<unknown>): Promise<Digests> {
  const image = world.image(`app-${randomUUID()}`);
  await make(image);
  const first = await world.digest(image);
  await make(image);
  return { first, rebuild: await world.digest(image) };
}
