import { expect, test } from 'vitest';
import { shortened } from '../../src/log/shortened.ts';

test.each([
  ['one two', 7, 'one two'],
  ['one two three', 7, 'one two …'],
  ['one two three', 6, 'one …'],
  ['secret', 5, '…'],
  ['', 0, ''],
])('"%s" in %i characters', (text, limit, expected) => {
  expect(shortened(text, limit)).toBe(expected);
});
