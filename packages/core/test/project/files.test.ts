import { describe, expect, test } from 'vitest';
import { selectFiles } from '../../src/project/index.ts';

const ENTRIES = [
  'README.md',
  'dist',
  'dist/app.js',
  'dist/keep',
  'dist/keep/a',
  'docs',
  'docs/README.md',
  'src',
  'src/app.js',
  'src/dist',
  'src/dist/x',
];

describe('exclude', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      'a name leaves out entries of that name and all below',
      ['dist'],
      ['README.md', 'docs', 'docs/README.md', 'src', 'src/app.js'],
    ],
    [
      'a leading slash binds to the app',
      ['/dist'],
      ['README.md', 'docs', 'docs/README.md', 'src', 'src/app.js', 'src/dist', 'src/dist/x'],
    ],
    [
      'a trailing slash is about what is inside',
      ['/dist/'],
      ['README.md', 'dist', 'docs', 'docs/README.md', 'src', 'src/app.js', 'src/dist', 'src/dist/x'],
    ],
    [
      'a negated pattern brings back what is below',
      ['/*', '!/dist/keep', '!/docs'],
      ['dist/keep', 'dist/keep/a', 'docs', 'docs/README.md'],
    ],
    ['the last pattern decides', ['!/docs', 'docs', 'dist', 'src'], ['README.md']],
    ['a star stays in its directory', ['src/*.js'], ENTRIES.filter((entry) => entry !== 'src/app.js')],
    ['case counts', ['readme.md'], ENTRIES],
    ['comments and empty patterns mean nothing', ['# dist', '', ' '], ENTRIES],
  ])('%s', (_, patterns, expected) => {
    expect(ENTRIES.filter(selectFiles({ kind: 'exclude', patterns }))).toEqual(expected);
  });
});

describe('include', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['a directory with all below', ['docs'], ['docs', 'docs/README.md']],
    ['a file in a directory, without the directory', ['src/*.js'], ['src/app.js']],
    ['a negated pattern leaves out', ['src', '!src/dist'], ['src', 'src/app.js']],
    ['files of a name anywhere', ['*.md'], ['README.md', 'docs/README.md']],
  ])('%s', (_, patterns, expected) => {
    expect(ENTRIES.filter(selectFiles({ kind: 'include', patterns }))).toEqual(expected);
  });
});

test('without patterns everything is in', () => {
  expect(ENTRIES.filter(selectFiles({ kind: 'all' }))).toEqual(ENTRIES);
});

test('odd names are no trouble', () => {
  const included = selectFiles({ kind: 'exclude', patterns: ['dist'] });

  expect(['...', '..x', ' x ', 'a\nb', 'C:x', 'é'].map(included)).toEqual([true, true, true, true, true, true]);
});
