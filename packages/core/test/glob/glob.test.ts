import { describe, expect, test } from 'vitest';
import { globTest } from '../../src/glob/glob.ts';

describe('a pattern with stars', () => {
  test.each([
    ['a/b', 'part', 'a/b', true],
    ['a.b', 'part', 'axb', false],
    ['a/*', 'part', 'a/', true],
    ['a/*', 'part', 'a/b', true],
    ['a/*', 'part', 'a/b/c', false],
    ['a/**', 'part', 'a/b/c', true],
    ['*/b', 'part', 'a/b', true],
    ['**/b', 'part', 'x/a/b', true],
    ['a*c*e', 'part', 'abcde', true],
    ['a*c*e', 'part', 'abcdef', false],
    ['a/*', 'text', 'a/b/c', true],
    ['*', 'text', '', true],
    ['*', 'text', 'line\nend', true],
    ['(a)*', 'text', '(a)b', true],
    ['*ö😀', 'text', 'x😀ö😀', true],
    ['', 'text', 'a', false],
  ] as const)('%s (star: %s) and %s: %s', (pattern, star, text, expected) => {
    expect(globTest(pattern, star)(text)).toBe(expected);
  });

  test('needs no time for texts that regular expressions choke on', () => {
    const matches = globTest('*a*a*a*a*a*x', 'text');
    expect(matches('a'.repeat(100_000))).toBe(false);
  });
});
