import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_SIZE } from '../../../src/cache/chunk/cutter.ts';
import { Chunker } from '../../../src/cache/chunk/chunker.ts';
import { gearTable } from '../../../src/cache/chunk/gear.ts';
import { seededBytes } from '../support/seeded.ts';

const MIB = 1024 * 1024;

/** Computed by another program after `docs/cache-format.md`: what changes one of them needs a new version of the format. */
const VECTORS = {
  gear: [-1981914158, -790288758, 1130963819],
  gearDigest: '9c7ac67a0298e54008c9a277da791c1f062799be8d064f39bf819641c5e6f9c8',
  cuts: [76_355, 73_966, 57_785, 73_177, 61_522, 65_643, 85_343, 6_209],
  manyCuts: '27962b04c61929c59da500e53d7acaeb9307fc0fbfa8e3e4288157f274ba734e',
};

function chunksOf(pieces: Iterable<Uint8Array>): readonly Uint8Array[] {
  const chunker = new Chunker();
  const chunks = [...pieces].flatMap((piece) => [...chunker.feed(piece)]);
  const last = chunker.finish();
  return last === undefined ? chunks : [...chunks, last];
}

const lengths = (chunks: readonly Uint8Array[]) => chunks.map((chunk) => chunk.length);
const digests = (chunks: readonly Uint8Array[]) =>
  new Set(chunks.map((chunk) => createHash('sha256').update(chunk).digest('hex')));

function cutAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('the chunks of data', () => {
  it('are the data', () => {
    const data = seededBytes(1, 3 * MIB);
    expect(Buffer.concat(chunksOf([data])).equals(data)).toBe(true);
  });

  it('do not depend on how the data comes', () => {
    const data = seededBytes(2, MIB);
    const whole = lengths(chunksOf([data]));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: data.length - 1 }), { maxLength: 40 }), (cuts) => {
        expect(lengths(chunksOf(cutAt(data, cuts)))).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  it('do not depend on it when it comes byte by byte', () => {
    const data = seededBytes(3, 300_000);
    const bytes = Array.from(data, (_, index) => data.subarray(index, index + 1));
    expect(lengths(chunksOf(bytes))).toEqual(lengths(chunksOf([data])));
  });

  it('have sizes within the bounds, but for the last', () => {
    const sizes = lengths(chunksOf([seededBytes(4, 8 * MIB)])).slice(0, -1);
    expect(Math.min(...sizes)).toBeGreaterThan(CHUNK_SIZE.minimum);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(CHUNK_SIZE.maximum);
  });

  it('are near the normal size on average', () => {
    const sizes = lengths(chunksOf([seededBytes(5, 32 * MIB)]));
    const average = (32 * MIB) / sizes.length;
    expect(average).toBeGreaterThan(0.75 * CHUNK_SIZE.normal);
    expect(average).toBeLessThan(1.5 * CHUNK_SIZE.normal);
  });

  it('are of the largest size where all bytes are equal', () => {
    expect(lengths(chunksOf([Buffer.alloc(600_000)]))).toEqual([262_144, 262_144, 75_712]);
  });

  it.each([
    ['nothing', 0],
    ['one byte', 1],
    ['the smallest size', CHUNK_SIZE.minimum],
  ])('are at most one for %s', (_, size) => {
    expect(lengths(chunksOf([seededBytes(6, size)]))).toEqual(size === 0 ? [] : [size]);
  });

  it('stay the same but for a few where something is inserted', () => {
    const data = seededBytes(7, 4 * MIB);
    const before = digests(chunksOf([data]));
    fc.assert(
      fc.property(fc.nat({ max: data.length }), fc.uint8Array({ minLength: 1, maxLength: 5000 }), (at, inserted) => {
        const changed = Buffer.concat([data.subarray(0, at), inserted, data.subarray(at)]);
        const fresh = [...digests(chunksOf([changed]))].filter((digest) => !before.has(digest));
        expect(fresh.length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the format (docs/cache-format.md)', () => {
  it('has this gear table', () => {
    const table = gearTable();
    expect([...table.subarray(0, 3)]).toEqual(VECTORS.gear);
    expect(createHash('sha256').update(Buffer.from(table.buffer)).digest('hex')).toBe(VECTORS.gearDigest);
  });

  it('cuts this data here', () => {
    expect(lengths(chunksOf([seededBytes(1, 500_000)]))).toEqual(VECTORS.cuts);
    const many = lengths(chunksOf([seededBytes(9, 16 * MIB)]));
    expect(createHash('sha256').update(many.join(' ')).digest('hex')).toBe(VECTORS.manyCuts);
  });
});
