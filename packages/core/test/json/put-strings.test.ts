import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putStrings } from '../../src/json/put-strings.ts';
import { goJson } from '../lifecycle/support/go-image.ts';

/** A map as Go's encoder writes it. */
function goMap(entries: Readonly<Record<string, string>>): string {
  const keys = Object.keys(entries).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${keys.map((key) => `${goJson(key)}:${goJson(entries[key])}`).join(',')}}`;
}

describe('putStrings', () => {
  it.each([
    ['into an empty object', '{}', { a: '1' }, '{"a":"1"}'],
    ['before others', '{"b":"2"}', { a: '1' }, '{"a":"1","b":"2"}'],
    ['between others', '{"a":"1","c":"3"}', { b: '2' }, '{"a":"1","b":"2","c":"3"}'],
    ['after others', '{"a":"1"}', { b: '2' }, '{"a":"1","b":"2"}'],
    ['in the place of one that is there', '{"z":"1","a":"2"}', { z: '3' }, '{"z":"3","a":"2"}'],
    ['for a key that is written in escapes', '{"\\u0061":"1"}', { a: '2' }, '{"\\u0061":"2"}'],
    ['for values of any type', '{ "a" : [1, {"a": "x"}] , "b": 1e5 }', { a: '1' }, '{ "a" : "1" , "b": 1e5 }'],
    ['with the escapes of Go', '{}', { a: '<&>"\\\n\u2028' }, '{"a":"\\u003c\\u0026\\u003e\\"\\\\\\n\\u2028"}'],
    ['in the order of bytes, not of UTF-16', '{"\u{1f600}":"1"}', { '\uff5e': '2' }, '{"\uff5e":"2","\u{1f600}":"1"}'],
    ['nothing', '{ }', {}, '{ }'],
  ])('puts %s', (_, object, entries, expected) => {
    expect(putStrings(object, entries)).toBe(expected);
  });

  it('gives what Go would have written with these entries from the start', () => {
    const strings = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(strings, strings, (before, added) => {
        fc.pre(![before, added].some((entries) => Object.keys(entries).includes('__proto__')));
        expect(putStrings(goMap(before), added)).toBe(goMap({ ...before, ...added }));
      }),
    );
  });
});
