import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexedPack } from '../../../src/cache/format/cache-index.ts';
import type { PackUsage } from '../../../src/cache/format/usage.ts';
import { frameOffsets, type PackRange, planRanges } from '../../../src/cache/restore/ranges.ts';
import { samplePack } from '../support/sample-index.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A pack of frames of these sizes; negative ones are not needed. */
function packOf(sizes: readonly number[], seed = 0): { readonly pack: IndexedPack; readonly usage: PackUsage } {
  const frames = sizes.map((size) => ({ size: Math.abs(size), chunks: 1 }));
  const needed = sizes.map((size) => size > 0);
  const frameBytes = sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
  const pack = { ...samplePack(seed, []), frames };
  return { pack, usage: { frames: needed, frameBytes, chunks: new Uint8Array(), bytes: 0, liveBytes: 0 } };
}

function rangesOf(...packs: readonly (readonly number[])[]): readonly PackRange[] {
  const made = packs.map((sizes, index) => packOf(sizes, index));
  return planRanges(
    made.map(({ pack }) => pack),
    made.map(({ usage }) => usage),
  );
}

const spans = (ranges: readonly PackRange[]) => ranges.map(({ firstFrame, endFrame }) => [firstFrame, endFrame]);

describe('the ranges of packs', () => {
  it.each<[string, readonly number[], readonly (readonly number[])[]]>([
    ['nothing for nothing', [], []],
    ['nothing for what is not needed', [-MIB, -MIB], []],
    ['one for all of a small pack', [MIB, MIB, MIB], [[0, 3]]],
    ['only what is needed', [-2 * MIB, MIB, -2 * MIB], [[1, 2]]],
    ['one over a small gap', [MIB, -1000 * KIB, MIB], [[0, 3]]],
    [
      'two around a large gap',
      [MIB, -MIB, MIB],
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      'two for what is worth it',
      [4 * MIB, 4 * MIB],
      [
        [0, 1],
        [1, 2],
      ],
    ],
    ['one frame that can not be split', [20 * MIB], [[0, 1]]],
  ])('are %s', (_, sizes, expected) => {
    expect(spans(rangesOf(sizes))).toEqual(expected);
  });

  it('never go over the end of a pack', () => {
    expect(rangesOf([KIB], [KIB])).toEqual([
      { pack: 0, firstFrame: 0, endFrame: 1 },
      { pack: 1, firstFrame: 0, endFrame: 1 },
    ]);
  });

  it('use the parallel requests for a large pack', () => {
    const ranges = rangesOf(Array<number>(60).fill(MIB));
    expect(ranges.length).toBeGreaterThanOrEqual(8);
    expect(ranges.length).toBeLessThanOrEqual(14);
  });

  it('that begin together get larger, so that not all end together', () => {
    const sizes = rangesOf(Array<number>(800).fill(MIB / 10)).map(({ firstFrame, endFrame }) => endFrame - firstFrame);
    const together = sizes.slice(0, 8);
    expect(together).toEqual([...together].sort((a, b) => a - b));
    expect(together[0]).toBeLessThan((together[7] ?? 0) * 0.6);
  });

  it('bring every needed frame once, in few enough requests', () => {
    const sizes = fc.array(
      fc.integer({ min: -3 * MIB, max: 3 * MIB }).filter((size) => size !== 0),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 9 }), (packs) => {
        const ranges = rangesOf(...packs);
        const needed = packs.flat().reduce((sum, size) => sum + Math.max(0, size), 0);
        expect(ranges.length).toBeLessThanOrEqual(Math.max(14 + Math.floor(needed / (64 * MIB)), packs.length));
        for (const [pack, frames] of packs.entries()) {
          const seen = frames.map(() => 0);
          for (const range of ranges.filter((each) => each.pack === pack)) {
            for (let frame = range.firstFrame; frame < range.endFrame; frame++) seen[frame] = (seen[frame] ?? 0) + 1;
          }
          expect(seen.every((count, frame) => count <= 1 && (count === 1 || (frames[frame] ?? 0) < 0))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('begin where frames do', () => {
    expect(frameOffsets(packOf([10, -20, 30]).pack)).toEqual([0, 10, 30, 60]);
  });
});
