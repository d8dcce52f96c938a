import { expect, test } from 'vitest';
import { describeCache, describeRestored, describeSaved } from '../../src/report/cache.ts';
import type { CacheStoreSummary } from '../../src/report/result.ts';

const UNUSED: CacheStoreSummary = {
  name: 'dir:/cache',
  restore: { outcome: 'unasked', layers: 0, lost: 0 },
  save: { outcome: 'off', layers: 0, skipped: 0 },
  requests: 0,
  bytesDown: 0,
  bytesUp: 0,
};

test.each<[Partial<CacheStoreSummary>, string]>([
  [{}, 'not used'],
  [{ restore: { outcome: 'miss', layers: 0, lost: 0 } }, 'miss'],
  [{ restore: { outcome: 'hit', layers: 1, lost: 0 } }, '1 layer restored'],
  [
    { restore: { outcome: 'hit', scope: 'default', layers: 2, lost: 0 } },
    '2 layers restored from the cache of "default"',
  ],
  [{ save: { outcome: 'saved', layers: 0, skipped: 3 } }, '3 not saved'],
  [{ save: { outcome: 'failed', layers: 0, skipped: 0 } }, 'not saved'],
  [{ save: { outcome: 'nothing', layers: 0, skipped: 0 } }, 'not used'],
  [{ save: { outcome: 'unchanged', layers: 0, skipped: 2 } }, 'nothing new, 2 not saved'],
])('%j is told as "%s"', (changes, expected) => {
  expect(describeCache({ ...UNUSED, ...changes })).toBe(`dir:/cache: ${expected}; 0 B down, 0 B up`);
});

test('the log tells what was restored and saved where there was something to do', () => {
  const stores: readonly CacheStoreSummary[] = [
    { ...UNUSED, restore: { outcome: 'miss', reason: 'it has expired', layers: 0, lost: 0 } },
    {
      ...UNUSED,
      name: 'registry:r.example/c',
      restore: { outcome: 'hit', layers: 3, lost: 1 },
      save: { outcome: 'saved', layers: 1, skipped: 0 },
      bytesDown: 70_000_000,
      bytesUp: 12_000,
    },
    { ...UNUSED, name: 'dir:/other' },
  ];
  expect(describeRestored({ mode: 'write', stores })).toEqual([
    'layer cache dir:/cache: miss (it has expired)',
    'layer cache registry:r.example/c: 3 layers restored, 1 lost, 70 MB read',
  ]);
  expect(describeSaved({ mode: 'write', stores })).toEqual([
    'layer cache registry:r.example/c: 1 layer saved, 12 kB written',
  ]);
});
