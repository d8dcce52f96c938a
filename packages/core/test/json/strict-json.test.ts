import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../src/json/strict-json.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('JSON that means one thing', () => {
  it.each([
    '{"a":1,"b":{"a":[{"a":"a"},{"a":null}]}}',
    ' [ "{\\"a\\":1,\\"a\\":2}" , "[" , true ] ',
    '[0,-7,1.5,1e21,-2.5e-3,9007199254740993]',
    '{"a":"a","A":{}}',
    nested(200),
  ])('is read: %s', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    expect(parseStrictJson(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"a":', 'it is no JSON'],
    ['\ufeff{}', 'it is no JSON'],
    ['{"a":1,"b":2,"a":3}', 'the field "a" is there more than once'],
    ['[{"a":{"b":1, "\\u0062" :2}}]', 'the field "\\u0062" is there more than once'],
    ['{"\\ud800":1,"\\ud801":2}', 'more than once'],
    ['{"a":[],"b":{"c":1},"a":2}', 'more than once'],
    ['[3.0]', 'the number 3.0 is not written as a whole number'],
    ['{"size":1e3}', 'the number 1e3 is not written as a whole number'],
    ['[-0.0]', 'not written as a whole number'],
    ['{"a":1e999}', 'the number 1e999 is too large'],
    [nested(201), 'it is nested more than 200 levels deep'],
    [nested(100_000), 'it is nested more than 200 levels deep'],
  ])('%.40s is refused', (text, message) => {
    expect(() => parseStrictJson(text)).toThrow(TypeError);
    expect(() => parseStrictJson(text)).toThrow(message);
  });

  it('is UTF-8', () => {
    expect(() => parseStrictJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow('it is no UTF-8');
  });
});
