import { describe, expect, test } from 'vitest';
import { alignColumns } from '../../src/report/columns.ts';
import { formatDuration } from '../../src/report/duration.ts';
import { formatSize } from '../../src/log/size.ts';

describe('formatSize', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [4_140, '4.1 kB'],
    [9_960, '10 kB'],
    [70_400, '70 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [70_000_000, '70 MB'],
    [1_540_000_000, '1.5 GB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

describe('formatDuration', () => {
  test.each([
    [0.4, '0 ms'],
    [999, '999 ms'],
    [999.6, '1.0 s'],
    [4_249, '4.2 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 00 s'],
    [65_000, '1 min 05 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_600, '1 h 00 min'],
    [3_720_000, '1 h 02 min'],
  ])('%d milliseconds are %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('alignColumns', () => {
  test('pads cells, keeps short rows short and leaves no space at the end', () => {
    const rows = [['a', '1', 'long'], ['bcd', '200'], []];
    expect(alignColumns(rows, ['left', 'right'])).toEqual(['a      1  long', 'bcd  200', '']);
  });
});
