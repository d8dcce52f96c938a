import { describe, expect, test } from 'vitest';
import { applyDelta } from '../../src/git/delta.ts';

const BASE = Buffer.from('the base of it');
const bytes = (...parts: readonly (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

describe('applyDelta', () => {
  test.each([
    ['inserts', bytes(14, 3, 3, 'new'), 'new'],
    ['copies from the start', bytes(14, 3, 0b1001_0000, 3), 'the'],
    ['copies from a place', bytes(14, 4, 0b1001_0001, 4, 4), 'base'],
    ['does one after the other', bytes(14, 8, 0b1001_0001, 4, 4, 4, ' two'), 'base two'],
  ])('%s', (_, delta, expected) => {
    expect(applyDelta(BASE, delta).toString()).toBe(expected);
  });

  test('copies 64 KiB where no size is told', () => {
    const base = Buffer.alloc(0x10000, 'x');
    expect(applyDelta(base, bytes(0x80, 0x80, 4, 0x80, 0x80, 4, 0x80))).toEqual(base);
  });

  test.each([
    ['is for another object', bytes(13, 3, 3, 'new'), 'for another object'],
    ['has no known instruction', bytes(14, 3, 0), 'not known'],
    ['ends in an instruction', bytes(14, 3, 0b1001_0001), 'ends too early'],
    ['ends in a size', bytes(0x80), 'ends too early'],
    ['makes less than it tells', bytes(14, 9, 3, 'new'), 'another size'],
    ['makes more than it tells', bytes(14, 2, 3, 'new'), 'another size'],
    ['makes more than a commit has', bytes(14, 0x81, 0x80, 0x80, 0x08, 0x90, 14), 'makes 16777217 bytes'],
    ['copies what the base does not have', bytes(14, 4, 0b1001_0001, 12, 4), 'another size'],
  ])('refuses a delta that %s', (_, delta, message) => {
    expect(() => applyDelta(BASE, delta)).toThrow(message);
  });
});
