import { expect, test } from 'vitest';
import { formatDate } from '../../../src/inputs/tags/date-format.ts';

const EVENING = Date.parse('2026-03-04T23:05:09.500Z');

test.each([
  ['YYYY-MM-DD', 'UTC', '2026-03-04'],
  ['YYMMDD.HHmmss', 'UTC', '260304.230509'],
  ['hh', 'UTC', '11'],
  ['YYYYMMDD-HH', 'Asia/Tokyo', '20260305-08'],
  ['YYYY[year]MM', 'UTC', '2026year03'],
  ['X', 'Asia/Tokyo', '1772665509'],
])('%s in %s', (format, zone, expected) => {
  expect(formatDate(EVENING, format, zone)).toBe(expected);
});

test.each([
  ['midnight', '2026-01-01T00:00:00Z', '00 12'],
  ['noon', '2026-01-01T12:00:00Z', '12 12'],
])('%s', (_, time, expected) => {
  expect(formatDate(Date.parse(time), 'HH hh', 'UTC')).toBe(expected);
});
