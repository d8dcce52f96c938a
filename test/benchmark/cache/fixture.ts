import { nodeModules } from '../../../packages/core/test/cache/support/node-modules.ts';
import { writeVolumeCache } from '../../../packages/core/test/cache/support/volume-cache.ts';
import { goBuildCache } from './go-build-cache.ts';
import { jars } from './jars.ts';

/** A file of a layer; files come in the order of a walk. */
export interface LayerFile {
  /** Relative to the layer. */
  readonly name: string;
  readonly content: Uint8Array | string;
}

/** A layer that builds cache, made of numbered units: packages, compiled packages, archives. The same number is always the same unit. */
export interface Fixture {
  readonly name: 'node_modules' | 'Go build cache' | 'jars';
  /** `<buildpack>/<layer>`. */
  readonly layer: string;
  /** In the first build. */
  readonly units: number;
  /** That one dependency is, with what is compiled again for it. */
  readonly unitsOfDependency: number;
  readonly files: (units: readonly number[]) => Iterable<LayerFile>;
}

/** Builds, one after the other: the layer's units change from each to the next. */
export const STATES = ['first', 'one dependency', 'wide change'] as const;
export type State = (typeof STATES)[number];

/** About 345, 400 and 180 MB. */
export const FIXTURES: readonly Fixture[] = [
  { name: 'node_modules', layer: 'npm/modules', units: 1000, unitsOfDependency: 3, files: nodeModules },
  { name: 'Go build cache', layer: 'go/build', units: 1300, unitsOfDependency: 5, files: goBuildCache },
  { name: 'jars', layer: 'maven/repository', units: 600, unitsOfDependency: 1, files: jars },
];

/**
 * Writes the volume cache that a build leaves.
 *
 * @param scale 1 for the full size
 */
export async function writeFixture(fixture: Fixture, state: State, scale: number, cache: string): Promise<void> {
  const files = fixture.files(unitsIn(fixture, state, scale));
  await writeVolumeCache(cache, [{ name: fixture.layer, files }]);
}

/** One dependency: some units more. A wide change: every second one of those is gone, and as many others are there. */
function unitsIn({ units, unitsOfDependency }: Fixture, state: State, scale: number): readonly number[] {
  const count = Math.ceil(units * scale);
  const first = Array.from({ length: count }, (_, index) => index);
  if (state === 'first') return first;
  const more = first.concat(Array.from({ length: unitsOfDependency }, (_, index) => count + index));
  if (state === 'one dependency') return more;
  return more.map((unit) => (unit % 2 === 0 ? unit : unit + units * 2)).sort((a, b) => a - b);
}
