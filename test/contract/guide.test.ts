import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { INPUTS } from '../../packages/core/src/inputs/index.ts';
import { readGuide, wrongLine } from '../e2e/support/guide.ts';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/enterprise.md'), 'utf8');

describe('a guide', () => {
  test('has the examples that show an output, with the files before them', () => {
    const file = '```toml\n# a/b.toml\nx = 1\n```';
    const examples = readGuide(
      ['# Page', '## Part', file, '```sh\nrun\n```', '```text\nout\n…\n```', '```sh\nalone\n```', ''].join('\n'),
    );
    expect(examples).toEqual([
      {
        title: '7, Part',
        commands: 'run\n',
        output: ['out', '…'],
        files: [{ name: 'a/b.toml', content: '# a/b.toml\nx = 1\n' }],
      },
    ]);
  });

  test.each<[string, string, string | undefined]>([
    ['a b c', 'a b c', undefined],
    ['a … c', 'a b b c', undefined],
    ['… c', 'a b c', undefined],
    ['a …', 'a b c', undefined],
    ['a b', 'a b c', 'c'],
    ['b c', 'a b c', 'b'],
    ['a c', 'a b c', 'c'],
    ['a … b', 'a c', 'b'],
    ['… c b', 'a b c', 'b'],
    ['a b', 'a', 'b'],
  ])('that shows "%s" where "%s" is printed: wrong is %s', (shown, printed, wrong) => {
    expect(wrongLine(shown.split(' '), printed.split(' '))).toBe(wrong);
  });
});

describe('docs/enterprise.md', () => {
  test('names every input of this kind', () => {
    const names = INPUTS.filter(({ group }) => group === 'network').map(({ name }) => name);
    expect(names.filter((name) => !PAGE.includes(`\`${name}`))).toEqual([]);
  });

  test('links to headings and files that exist', () => {
    const headings = [...PAGE.matchAll(/^##+ (.*)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...PAGE.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link);
    expect(links.filter((link) => !headings.includes(link ?? ''))).toEqual([]);
  });
});
