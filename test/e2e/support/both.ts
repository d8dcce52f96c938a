import { randomUUID } from 'node:crypto';
import { build, type CliOptions } from './cli.ts';
import { packBuild, withCacheVolume } from './pack.ts';
import { temporaryDirectory, type World } from './world.ts';

export interface Comparison {
  /** Arguments that both understand. */
  readonly common: readonly string[];
  /** Ours and pack's where the two differ in names. */
  readonly ours?: readonly string[];
  readonly pack?: readonly string[];
  readonly options?: CliOptions;
}

/** What the registry has after the first build and after the rebuild. */
export interface Digests {
  readonly first: string;
  readonly rebuild: string;
}

/** Builds the same with our command line and with pack, each twice under one tag and with a layer cache. */
export async function buildWithBoth(
  world: World,
  { common, ours = [], pack = [], options }: Comparison,
): Promise<{ readonly ours: Digests; readonly pack: Digests }> {
  const name = randomUUID().slice(0, 8);
  const cache = ['--cache-store', `dir:${await temporaryDirectory('cache')}`];
  const makeOurs = (image: string) => build([image, ...common, ...ours, ...cache], options);
  return {
    ours: await twice(world, world.image(`ours-${name}`), makeOurs),
    pack: await withCacheVolume((volume) =>
      twice(world, world.image(`pack-${name}`), (image) => packBuild(image, [...common, ...pack], volume)),
    ),
  };
}

async function twice(world: World, image: string, make: (image: string) => Promise<unknown>): Promise<Digests> {
  await make(image);
  const first = await world.digest(image);
  await make(image);
  return { first, rebuild: await world.digest(image) };
}
