import fc from 'fast-check';
import { expect, it } from 'vitest';
import { usageOf } from '../../../packages/core/src/cache/format/usage.ts';
import { type ParentCache, parentOf } from '../../../packages/core/src/cache/index.ts';
import { builds } from '../../../packages/core/test/cache/support/build.ts';
import { MemoryStore } from '../../../packages/core/test/cache/support/memory-store.ts';
import { seededBytes } from '../../../packages/core/test/cache/support/seeded.ts';
import { readVolumeCache, tree } from '../../../packages/core/test/cache/support/volume-cache.ts';

const LAYERS = [0, 1, 2];
const PARTS = 10;

/** So many parts of a layer, from one of them on, are others than before. */
const change = fc.record({
  layer: fc.nat(LAYERS.length - 1),
  part: fc.nat(PARTS - 1),
  count: fc.integer({ min: 1, max: PARTS }),
});

/** Three layers of ten parts each, a part by its seed. */
function partsThatChange() {
  let next = 1;
  const parts = LAYERS.map(() => Array.from({ length: PARTS }, () => next++));
  return {
    change: ({ layer, part, count }: { layer: number; part: number; count: number }) => {
      for (let at = part; at < part + count; at++) parts[layer]?.splice(at % PARTS, 1, next++);
    },
    trees: () =>
      parts.map((seeds, layer) =>
        tree(`a/layer-${layer}`, Buffer.concat(seeds.map((seed) => seededBytes(seed, 50_000)))),
      ),
  };
}

/** What of the stored bytes the layers need: the data can't be compressed. */
function liveBytes({ index }: ParentCache): number {
  return usageOf(index).reduce((sum, usage) => sum + usage.liveBytes, 0);
}

it('whatever changes from build to build, the cache is whole, and little of it is for nothing', async () => {
  const series = fc.array(change, { minLength: 10, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(series, async (changes) => {
      const { built, save, restore } = await builds(new MemoryStore());
      const layers = partsThatChange();
      let parent: ParentCache | undefined;
      for (const each of changes) {
        layers.change(each);
        const cache = await built(...layers.trees());
        await save(cache, parent && { parent });
        const { files, outcome, warnings } = await restore();
        expect(warnings).toEqual([]);
        expect(files).toEqual(await readVolumeCache(cache));
        parent = parentOf(outcome);
        if (parent === undefined) throw new Error('nothing was restored');
        const { packs } = parent.index;
        expect(packs.length).toBeLessThanOrEqual(8);
        expect(liveBytes(parent)).toBeGreaterThan(0.5 * packs.reduce((sum, { size }) => sum + size, 0));
        expect(outcome.traffic.down).toBeLessThan(1.75 * liveBytes(parent));
      }
    }),
    { numRuns: 6, seed: 5 },
  );
});
