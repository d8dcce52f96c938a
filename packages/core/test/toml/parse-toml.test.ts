import { describe, expect, it } from 'vitest';
import { parseToml } from '../../src/toml/parse-toml.ts';

describe('TOML', () => {
  it('is parsed', () => {
    expect(parseToml('a = 1\n[b]\nc = "x"\n')).toEqual({ value: { a: 1, b: { c: 'x' } } });
  });

  it.each([
    ['a = \n', 1],
    ['a = 1\nb = [1,\n', 3],
    ['a = 1\na = 2\n', 2],
  ])('that is broken tells the line: %j', (text, line) => {
    const { problem } = parseToml(text);
    expect(problem).toMatchObject({ line });
    expect(problem?.column).toBeGreaterThan(0);
    expect(problem?.message).not.toMatch(/row|pos|\n/);
  });

  it('that is nested too deep is a problem, not a crash', () => {
    expect(parseToml(`a = ${'['.repeat(200_000)}`).problem).toBeDefined();
  });

  it.each([
    '[hasOwnProperty]\ncall = 1',
    '[toString.x]\ny = 1',
    '[x.valueOf]\ny = 1',
    '[["\\u0074oString"]]\ny = 1',
    '[[constructor.x]]\ny = 1',
    'a = 1\nconstructor.x = 1',
    'a = { toString.x = 1 }',
  ])('that would write into what every object inherits is refused: %j', (text) => {
    const { problem } = parseToml(text);
    expect(problem?.message).toMatch(/^a table can't have the name "\w+"$/);
    expect(problem?.line).toBeGreaterThan(0);
    expect(parseToml('call = 1')).toEqual({ value: { call: 1 } });
  });

  it('may have plain keys of any name', () => {
    expect(parseToml('toString = 1\n[x]\nconstructor = 2')).toEqual({ value: { toString: 1, x: { constructor: 2 } } });
  });
});
