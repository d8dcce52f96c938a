import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/documents.ts';
import { anchorsOf } from '../support/headings.ts';

const PAGES = globSync(['*.md', 'docs/*.md', '{gitlab,image,tekton,test/bench}/README.md', 'test/unverified.md'], {
  cwd: ROOT,
}).sort();

test('headings of the same name are numbered', () => {
  const page = '# A `b`\n## A b\n```sh\n# no heading\n```\n### [A](x.md) b?\n';
  expect([...anchorsOf(page)]).toEqual(['a-b', 'a-b-1', 'a-b-2']);
});

test.each(PAGES)('%s links to files and headings that exist', (page) => {
  const text = readFileSync(path.join(ROOT, page), 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
  const broken = links.filter(([, file = '', anchor]) => !exists(page, file, anchor)).map(([link]) => link);
  expect(broken).toEqual([]);
});

function exists(page: string, file: string, anchor: string | undefined): boolean {
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(readFileSync(path.join(ROOT, target), 'utf8')).has(anchor);
}
