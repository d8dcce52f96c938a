import TOML from '@iarna/toml';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderToml, type TomlTable } from '../../src/toml/write-toml.ts';

const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());
/** `@iarna/toml` can't read a table that is named like what every object inherits. */
const key = text.filter((value) => !(value in Object.prototype) && value !== '');

const { table } = fc.letrec<{ table: TomlTable }>((tie) => ({
  table: fc.dictionary(
    key,
    fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      text,
      fc.boolean(),
      fc.integer(),
      fc.array(text),
      tie('table'),
      fc.array(tie('table'), { minLength: 1, maxLength: 3 }),
    ),
    { maxKeys: 4, noNullPrototype: true },
  ),
}));

describe('a TOML document', () => {
  it('says what was written', () => {
    fc.assert(
      fc.property(table, (value) => {
        expect(JSON.parse(JSON.stringify(TOML.parse(renderToml(value))))).toEqual(value);
      }),
    );
  });

  it('looks like one written by hand', () => {
    expect(
      renderToml({
        api: '0.10',
        none: undefined,
        buildpack: { id: 'a/b', 'odd key': true },
        order: [{ group: [{ id: 'x', version: '1' }, { id: 'y' }] }, { group: [] }],
      }),
    ).toBe(
      [
        'api = "0.10"',
        '',
        '[buildpack]',
        'id = "a/b"',
        '"odd key" = true',
        '',
        '[[order]]',
        '',
        '[[order.group]]',
        'id = "x"',
        'version = "1"',
        '',
        '[[order.group]]',
        'id = "y"',
        '',
        '[[order]]',
        'group = []',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['"', String.raw`v = "\""`],
    ['\\', String.raw`v = "\\"`],
    ['\n\t\u0000\u007f', String.raw`v = "\u000a\u0009\u0000\u007f"`],
    ['\ud800', 'v = "\ufffd"'],
  ])('escapes %j', (v, line) => {
    expect(renderToml({ v })).toBe(`${line}\n`);
  });
});
