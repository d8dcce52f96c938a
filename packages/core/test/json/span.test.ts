import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeString,
  documentSpan,
  itemsOf,
  membersOf,
  removeMember,
  replaceSpan,
  type Span,
} from '../../src/json/span.ts';

/** Any JSON value, written with any indentation, and every path to something in it. */
const document = fc
  .tuple(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), fc.constantFrom(0, 1, '\t'))
  .map(([value, indent]) => ({ value, text: ` ${JSON.stringify(value, null, indent)}\n` }));

interface Found {
  readonly value: unknown;
  readonly span: Span;
}

/** Every value of the document with its span, walked with the scanner beside the parsed value. */
function* walk(text: string, span: Span, value: unknown): Generator<Found> {
  yield { value, span };
  if (Array.isArray(value)) {
    const items = itemsOf(text, span) ?? [];
    expect(items).toHaveLength(value.length);
    for (const [index, item] of items.entries()) yield* walk(text, item, value[index]);
  } else if (typeof value === 'object' && value !== null) {
    const members = membersOf(text, span) ?? [];
    expect(members.map(({ key }) => key)).toEqual(Object.keys(value));
    for (const member of members) yield* walk(text, member.value, (value as Record<string, unknown>)[member.key]);
  }
}

function spanOf(text: string): Span {
  const span = documentSpan(text);
  if (span === undefined) throw new Error(`not JSON: ${text}`);
  return span;
}

describe('spans of JSON', () => {
  it('are those of the values that JSON.parse gives', () => {
    fc.assert(
      fc.property(document, ({ text }) => {
        for (const { value, span } of walk(text, spanOf(text), JSON.parse(text))) {
          expect(JSON.parse(text.slice(span.start, span.end))).toEqual(value);
        }
      }),
    );
  });

  it('let one value be replaced without any other changing', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.jsonValue(), ({ text }, pick, replacement) => {
        const found = [...walk(text, spanOf(text), JSON.parse(text))];
        const target = found[pick % found.length]?.span ?? spanOf(text);
        const replaced = replaceSpan(text, target, JSON.stringify(replacement));
        expect(replaced.slice(0, target.start)).toBe(text.slice(0, target.start));
        expect(replaced.endsWith(text.slice(target.end))).toBe(true);
        expect(() => void JSON.parse(replaced)).not.toThrow();
      }),
    );
  });

  it('let a member be removed as if it had never been there', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, pick) => {
        const text = JSON.stringify(value, null, pick % 3);
        const members = membersOf(text, spanOf(text)) ?? [];
        const member = members[pick % members.length];
        if (member === undefined) throw new Error('no member');
        const expected = Object.fromEntries(
          Object.entries(JSON.parse(text) as object).filter(([key]) => key !== member.key),
        );
        expect(JSON.parse(removeMember(text, members, member))).toEqual(expected);
      }),
    );
  });

  it('keep duplicate keys apart', () => {
    const members = membersOf('{"a":1, "\\u0061" : 2}', { start: 0, end: 21 });
    expect(members?.map(({ key }) => key)).toEqual(['a', 'a']);
  });

  it('survive nesting that recursion would not', () => {
    const depth = 200_000;
    const text = `{"deep":${'['.repeat(depth)}${']'.repeat(depth)},"after":1}`;
    expect(membersOf(text, { start: 0, end: text.length })?.map(({ key }) => key)).toEqual(['deep', 'after']);
  });

  it.each(['', '{', '{"a":}', '[1,]', "{'a':1}", '{"a":1} x', '\ufeff{}'])('are not given for %j', (text) => {
    expect(documentSpan(text)).toBeUndefined();
  });
});

describe('a decoded JSON string', () => {
  it('knows where in the text each part of it is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), fc.nat(), (value, a, b) => {
        const text = JSON.stringify(value);
        const decoded = decodeString(text, { start: 0, end: text.length });
        expect(decoded.value).toBe(value);
        const [start = 0, end = 0] = [a % (value.length + 1), b % (value.length + 1)].sort((x, y) => x - y);
        const origin = decoded.origin({ start, end });
        expect(JSON.parse(`"${text.slice(origin.start, origin.end)}"`)).toBe(value.slice(start, end));
      }),
    );
  });

  it.each([
    ['"\\u003c\\u0026\\u2028"', '<&\u2028'],
    ['"\\/\\b\\f\\n\\r\\t\\"\\\\"', '/\b\f\n\r\t"\\'],
    ['"\\ud83d\\ude00"', '😀'],
    ['"😀"', '😀'],
  ])('reads %s', (text, value) => {
    expect(decodeString(text, { start: 0, end: text.length }).value).toBe(value);
  });
});
