import { describe, expect, it } from 'vitest';
import { withinLimits } from '../../../src/cache/save/within-limits.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { samplePack } from '../support/sample-index.ts';

const CHUNK = 262_144;
const PACKS = [samplePack(1, [[CHUNK]]), samplePack(2, [[500]]), samplePack(3, [[600]])];
/** So often the first chunk of a pack. */
const layer = (pack: number, length: number, times = 1) => ({
  diffId: digestOf(Buffer.from(`${pack} ${times}`)),
  size: length * times,
  chunks: Array.from({ length: times }, () => ({ pack, first: 0, count: 1 })),
});

describe('what an index names', () => {
  it('is everything that a reader takes', () => {
    const layers = [layer(0, CHUNK), layer(1, 500), layer(2, 600)];
    expect(withinLimits({ layers, packs: PACKS })).toEqual({ layers, packs: PACKS });
  });

  it('is no pack that nothing needs', () => {
    const { layers, packs } = withinLimits({ layers: [layer(2, 600)], packs: PACKS });
    expect(packs).toEqual(PACKS.slice(2));
    expect(layers.map(({ chunks }) => chunks)).toEqual([[{ pack: 0, first: 0, count: 1 }]]);
  });

  it.each([
    ['looks like a bomb', [layer(0, CHUNK, 5000)]],
    ['has too many chunks', [layer(0, CHUNK, 262_145)]],
    ['makes it too much with another one', [layer(0, CHUNK, 3000), layer(0, CHUNK, 3001)]],
  ])('is no layer that %s, but the others', (_, large) => {
    const small = [layer(1, 500), layer(2, 600)];
    const { layers } = withinLimits({ layers: [...small, ...large], packs: PACKS });
    expect(layers.slice(0, 2).map(({ diffId }) => diffId)).toEqual(small.map(({ diffId }) => diffId));
    expect(layers.length).toBe(small.length + large.length - 1);
  });

  it('is no more layers than there may be', () => {
    const layers = Array.from({ length: 502 }, (_, times) => layer(1, 500, times + 1));
    expect(withinLimits({ layers, packs: PACKS }).layers).toHaveLength(500);
  });
});
