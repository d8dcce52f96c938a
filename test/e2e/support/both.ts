import { randomUUID } from 'node:crypto';
import { build, type CliOptions } from './cli.ts';
import { packBuild } from './pack.ts';
import type { World } from './world.ts';

export interface Comparison {
  /** Arguments that both understand; without it the world's builder and the app that is given. */
  readonly common: readonly string[];
  /** Only ours, where the two differ in names. */
  readonly ours?: readonly string[];
  /** Only pack's. */
  readonly pack?: readonly string[];
  readonly options?: CliOptions;
}

/** Digests of the first build and of the rebuild. */
export interface Digests {
  readonly first: string;
  readonly rebuild: string;
}

/** Builds the same with our command line and with pack, each twice under one tag, and gives what the registry has then. */
export async function buildWithBoth(
  world: World,
  { common, ours = [], pack = [], options }: Comparison,
): Promise<{ readonly ours: Digests; readonly pack: Digests }> {
  const name = randomUUID().slice(0, 8);
  return {
    ours: await twice(world, world.image(`ours-${name}`), (image) => build([image, ...common, ...ours], options)),
    pack: await twice(world, world.image(`pack-${name}`), (image) => packBuild(image, [...common, ...pack])),
  };
}

async function twice(world: World, image: string, make: (image: string) => Promise<unknown>): Promise<Digests> {
  await make(image);
  const first = await world.digest(image);
  await make(image);
  return { first, rebuild: await world.digest(image) };
}
