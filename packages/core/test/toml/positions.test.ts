import { expect, test } from 'vitest';
import type { KeyPath } from '../../src/toml/key-path.ts';
import { findKeys } from '../../src/toml/positions.ts';

const DOCUMENT = `# comment [not.a.table]
title = "a # b"

[io.buildpacks] # [no]
builder = 'x'
exclude = [
  "a]", # ]
  "[b",
]
  indented = { a = "}", b = ["]"] }

[[io.buildpacks.group]]
id = "one"
[io.buildpacks.group.script]
inline = """
[[io.buildpacks.group]]
id = "no \\""" "
"""
literal = '''
x = 1
'''
api = "0.10"

[[io.buildpacks.group]]
id = "two"
[[io.buildpacks.group.inner]]
a.b . "c.d" = 1
after = ""
quotes = """ends in two"""""

["quoted.table".'literal']
1 = 2
`;

test.each<[string, KeyPath, number, number]>([
  ['a key at the top', ['title'], 2, 1],
  ['a table', ['io', 'buildpacks'], 4, 1],
  ['a key in a table', ['io', 'buildpacks', 'builder'], 5, 1],
  ['an array over several lines', ['io', 'buildpacks', 'exclude'], 6, 1],
  ['an item of an array has the place of the array', ['io', 'buildpacks', 'exclude', 1], 6, 1],
  ['an indented key', ['io', 'buildpacks', 'indented'], 10, 3],
  ['a key of an inline table has the place of the table', ['io', 'buildpacks', 'indented', 'b'], 10, 3],
  ['the first table of an array', ['io', 'buildpacks', 'group', 0], 12, 1],
  ['a key of it', ['io', 'buildpacks', 'group', 0, 'id'], 13, 1],
  ['a table in it', ['io', 'buildpacks', 'group', 0, 'script'], 14, 1],
  ['a string over several lines', ['io', 'buildpacks', 'group', 0, 'script', 'inline'], 15, 1],
  ['a key after such strings', ['io', 'buildpacks', 'group', 0, 'script', 'api'], 22, 1],
  ['the second table of an array', ['io', 'buildpacks', 'group', 1], 24, 1],
  ['an array of tables in it', ['io', 'buildpacks', 'group', 1, 'inner', 0], 26, 1],
  ['a dotted key', ['io', 'buildpacks', 'group', 1, 'inner', 0, 'a', 'b', 'c.d'], 27, 1],
  ['a part of a dotted key', ['io', 'buildpacks', 'group', 1, 'inner', 0, 'a', 'b'], 27, 1],
  ['a key after an empty string', ['io', 'buildpacks', 'group', 1, 'inner', 0, 'quotes'], 29, 1],
  ['a quoted table', ['quoted.table', 'literal'], 31, 1],
  ['a number as key', ['quoted.table', 'literal', '1'], 32, 1],
  ['a missing key has the place of its table', ['io', 'buildpacks', 'group', 1, 'uri'], 24, 1],
])('%s', (_, path, line, column) => {
  expect(findKeys(DOCUMENT, 'f').placeOf(path)).toEqual({ file: 'f', line, column });
});

test('what is nowhere has the place of the file', () => {
  expect(findKeys(DOCUMENT, 'f').placeOf(['other', 'key'])).toEqual({ file: 'f' });
});

test('Windows line ends', () => {
  expect(findKeys('a = 1\r\n[b]\r\nc = 2\r\n', 'f').placeOf(['b', 'c'])).toEqual({ file: 'f', line: 3, column: 1 });
});

test('text that is no TOML gives what was found until then', () => {
  const positions = findKeys('a = 1\n!!!\nb = 2\n', 'f');

  expect(positions.placeOf(['a'])).toEqual({ file: 'f', line: 1, column: 1 });
  expect(positions.placeOf(['b'])).toEqual({ file: 'f' });
});
