import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderActionFile } from '../src/action-file.ts';

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
}

it('has descriptions that say where to read on, without links that lead nowhere', () => {
  const { inputs } = parse(renderActionFile()) as ActionFile;
  const texts = Object.values(inputs).map(({ description }) => description);
  expect(texts.filter((text) => /\]\(|\bbelow\)/.test(text))).toEqual([]);
  expect(inputs['tags']?.description).toContain('(see tag rules in docs/inputs.md)');
  expect(inputs['cache-store']?.description).toContain('docs/cache.md tells which to take');
});
