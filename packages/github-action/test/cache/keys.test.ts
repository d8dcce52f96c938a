import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexPrefix, isPackKey, newIndexKey, packKey, readEntryName, sparePackKey } from '../../src/cache/keys.ts';

const RUN = { run: '123456789012', attempt: '2' };
const cacheKey = fc.stringMatching(/^[0-9a-z]{1,64}$/);
const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}` as const);

describe('the key of an index', () => {
  it('begins with its cache’s prefix, and reads as it was meant', () => {
    fc.assert(
      fc.property(cacheKey, fc.array(digest, { maxLength: 70 }), (key, packs) => {
        const text = newIndexKey(key, packs, RUN);
        expect(text.startsWith(indexPrefix(key))).toBe(true);
        expect(text.length).toBeLessThanOrEqual(512);
        const shorts = packs.map((pack) => pack.slice(7, 19));
        expect(readEntryName(text)).toEqual({ kind: 'index', key, ...(packs.length <= 24 && { packs: shorts }) });
      }),
    );
  });

  it('never begins with the prefix of another cache', () => {
    fc.assert(
      fc.property(cacheKey, cacheKey, (one, other) => {
        expect(newIndexKey(one, [], RUN).startsWith(indexPrefix(other))).toBe(one === other);
      }),
    );
    expect(newIndexKey('ab', [], RUN).startsWith(indexPrefix('a'))).toBe(false);
  });

  it('is another one each time', () => {
    expect(newIndexKey('a', [], RUN)).not.toBe(newIndexKey('a', [], RUN));
  });

  it.each(['', 'A', 'a-b', 'a,b', 'a'.repeat(65)])('is not made of %j', (key) => {
    expect(() => newIndexKey(key, [], RUN)).toThrow('is no key of a cache');
  });
});

it('the key of a pack is that of its digest only, also the spare one', () => {
  fc.assert(
    fc.property(digest, digest, (one, other) => {
      expect(isPackKey(packKey(one), one)).toBe(true);
      expect(isPackKey(sparePackKey(one), one)).toBe(true);
      expect(isPackKey(packKey(one), other)).toBe(one === other);
    }),
  );
});

it.each([
  'buildpacks-ci-1-i-a-1-1-00000000-none-more',
  'buildpacks-ci-1-i-a-1-1-00000000-',
  'buildpacks-ci-1-i-a-1-1-00000000-none\n',
  'buildpacks-ci-1-i-a-b-1-1-00000000-none',
  'buildpacks-ci-1-i-A-1-1-00000000-none',
  'Buildpacks-ci-1-i-a-1-1-00000000-none',
  'buildpacks-ci-2-i-a-1-1-00000000-none',
  'x-buildpacks-ci-1-i-a-1-1-00000000-none',
  `buildpacks-ci-1-p-${'0'.repeat(63)}`,
  `buildpacks-ci-1-p-${'0'.repeat(65)}`,
  `buildpacks-ci-1-p-${'0'.repeat(64)}-1`,
  'node-cache-linux',
])('%j is no entry of ours', (text) => {
  expect(readEntryName(text)).toBeUndefined();
});
