import { expect, test } from 'vitest';
import { describeCache } from '../../src/report/cache.ts';
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
  [{ save: { outcome: 'failed', layers: 0, skipped: 0 } }, 'not saved'],
  [{ save: { outcome: 'nothing', layers: 0, skipped: 0 } }, 'not used'],
  [{ save: { outcome: 'unchanged', layers: 0, skipped: 2 } }, 'nothing new, 2 not saved'],
])('%j is told as "%s"', (changes, expected) => {
  expect(describeCache({ ...UNUSED, ...changes })).toBe(`dir:/cache: ${expected}; 0 B down, 0 B up`);
});
