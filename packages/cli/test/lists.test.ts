import { describe, expect, test } from 'vitest';
import { takeLists } from '../src/lists.ts';
import type { Option } from '../src/option.ts';

const OPTIONS: readonly Option[] = [
  { name: 'tags', kind: 'list', description: '' },
  { name: 'env', kind: 'list', description: '' },
  { name: 'builder', kind: 'text', description: '' },
];

function taken(...args: readonly string[]) {
  const { args: rest, lists, problems } = takeLists(args, OPTIONS);
  return { rest, lists: Object.fromEntries(lists), problems: problems.map(({ message }) => message) };
}

describe('takeLists', () => {
  test.each<[readonly string[], readonly string[], Record<string, readonly string[]>]>([
    [['image', '--', 'more'], ['image', '--', 'more'], {}],
    [['--lists=tags,env', '--', '--'], [], { tags: [], env: [] }],
    [['--lists=tags,env', '--', 'a', 'b', '--', 'K=V'], [], { tags: ['a', 'b'], env: ['K=V'] }],
    [['--x', '--lists=tags', 'image', '--', ''], ['--x', 'image'], { tags: [''] }],
    [
      ['--lists=env', '--', '--publish=true', '--lists=tags', 'A=1\n2'],
      [],
      { env: ['--publish=true', '--lists=tags', 'A=1\n2'] },
    ],
  ])('%j', (args, rest, lists) => {
    expect(taken(...args)).toEqual({ rest, lists, problems: [] });
  });

  test.each<[readonly string[], string]>([
    [['--lists=tags,env', '--', 'a', '--', 'b', '--', 'c'], '2 lists are announced, and 3 begin with "--"'],
    [['--lists=tags'], '1 lists are announced, and 0 begin with "--"'],
    [['--lists=builder', '--'], '"builder" is no list of this command'],
    [['--lists=tags,tags', '--', '--'], '"tags" is named twice'],
    [['--lists=tags', '--lists=env', '--'], '"--lists=env" is one too many'],
  ])('refuses %j', (args, message) => {
    expect(taken(...args).problems).toEqual([message]);
  });
});
