import path from 'node:path';
import { program } from '../../bench/tools.ts';
import type { LinkName, Machine, Place } from './place.ts';

/** A program with its arguments. */
export type CommandLine = readonly [file: string, ...args: string[]];

/** A way to keep layer caches: what is compared. */
export interface CacheContender {
  readonly name: 'ours' | 'tar+zstd' | '@actions/cache' | 'cache image';
  /** Whether it saves a cache that is what it was. */
  readonly savesUnchanged: boolean;
  /**
   * The program that saves a volume cache, as `runTask` runs them.
   *
   * @param build a number; archives never change, so that each build has its own
   */
  save(cache: string, build: number): CommandLine;
  /** The program that fills an empty one with what that build has saved. */
  restore(cache: string, build: number): CommandLine;
}

/** All that go over such a link; ours comes first. */
export async function contendersFor(
  link: LinkName,
): Promise<readonly ((place: Place, machine: Machine) => CacheContender)[]> {
  if (link === 'folder') return [ours(({ store }) => `dir:${store}`), archive];
  const cacheImage = await program('cache-image');
  return [
    ours((_, { registry }) => `registry:${registry}/benchmark/cache`),
    toolkit,
    (place, { temporary }) => imageContender(cacheImage, `${place.registry}/benchmark/image:cache`, temporary),
  ];
}

function ours(storeOf: (machine: Machine, place: Place) => string) {
  return (place: Place, machine: Machine): CacheContender => {
    const run = (what: string, cache: string) =>
      script('own-program.ts', what, storeOf(machine, place), cache, machine.temporary);
    return {
      name: 'ours',
      savesUnchanged: true,
      save: (cache) => run('save', cache),
      restore: (cache) => run('restore', cache),
    };
  };
}

/** Where `actions/cache` has found its key, it saves nothing. */
function archive(_: Place, { store, temporary }: Machine): CacheContender {
  const run = (what: string, cache: string) => script('archive-program.ts', what, store, cache, temporary);
  return {
    name: 'tar+zstd',
    savesUnchanged: false,
    save: (cache) => run('save', cache),
    restore: (cache) => run('restore', cache),
  };
}

function toolkit({ service: { url, token } }: Place, { temporary }: Machine): CacheContender {
  const run = (what: string, cache: string, build: number) =>
    script('toolkit-program.ts', what, `build-${build}`, cache, temporary, url, token);
  return {
    name: '@actions/cache',
    savesUnchanged: false,
    save: (cache, build) => run('save', cache, build),
    restore: (cache, build) => run('restore', cache, build),
  };
}

function imageContender(file: string, image: string, temporary: string): CacheContender {
  return {
    name: 'cache image',
    savesUnchanged: true,
    save: (cache) => [file, 'save', image, cache, temporary],
    restore: (cache) => [file, 'restore', image, cache, temporary],
  };
}

function script(name: string, ...args: string[]): CommandLine {
  return [process.execPath, path.join(import.meta.dirname, name), ...args];
}
