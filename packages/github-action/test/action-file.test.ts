import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderActionFiles } from '../src/action-file.ts';

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
}

function inputsOf(text: string): ActionFile['inputs'] {
  return (parse(text) as ActionFile).inputs;
}

describe.each([...renderActionFiles()])('%s', (_, text) => {
  it('has no links, since they would lead nowhere', () => {
    const texts = Object.values(inputsOf(text)).map(({ description }) => description);
    expect(texts.filter((each) => /\]\(|\bbelow\)/.test(each))).toEqual([]);
  });
});

it('says in descriptions where to read on', () => {
  const inputs = inputsOf(renderActionFiles().get('action.yml') ?? '');
  expect(inputs['tags']?.description).toContain('(see tag rules in docs/inputs.md)');
  expect(inputs['cache-store']?.description).toContain('docs/cache.md tells which to take');
});
