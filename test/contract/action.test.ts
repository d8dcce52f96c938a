import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CI_INPUTS, type InputDefinition, withoutLinks } from '../../packages/core/src/inputs/index.ts';
import { ACTION_INPUTS, ACTION_OUTPUTS } from '../../packages/github-action/src/definitions.ts';
import { REBASE_ACTION_INPUTS, REBASE_OUTPUTS } from '../../packages/github-action/src/rebase/definitions.ts';
import { withSection } from '../../scripts/generated-section.ts';
import { renderNames, renderOutputs, renderOwnInputs } from '../../scripts/github-tables.ts';
import { ROOT } from '../support/documents.ts';

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const ACTION = parse(read('action.yml')) as ActionFile;
const DEFINITIONS: readonly InputDefinition[] = ACTION_INPUTS;
const ROWS = DEFINITIONS.map((input) => [input.name, input] as const);

describe('action.yml', () => {
  test('has the inputs of the schema and those of GitHub, and no others', () => {
    expect(Object.keys(ACTION.inputs)).toEqual(DEFINITIONS.map(({ name }) => name));
    expect(Object.keys(ACTION.inputs)).toEqual(expect.arrayContaining(CI_INPUTS.map(({ name }) => name)));
  });

  test.each(ROWS)('says of %s what the schema says', (name, input) => {
    expect(ACTION.inputs[name]?.description).toContain(withoutLinks(input.description));
    expect(ACTION.inputs[name]?.default).toBe(input.default);
  });

  test('has the outputs that the step writes', () => {
    const written = Object.fromEntries(ACTION_OUTPUTS.map(({ name, description }) => [name, { description }]));
    expect(ACTION.outputs).toEqual(written);
  });

  test('runs on Node 24 what is in the repository', () => {
    expect(ACTION.runs.using).toBe('node24');
    for (const file of [ACTION.runs.main, ACTION.runs.post]) expect(existsSync(path.join(ROOT, file))).toBe(true);
  });
});

describe('rebase/action.yml', () => {
  const rebase = parse(read('rebase/action.yml')) as ActionFile;

  test('has the inputs of the schema and those of GitHub, and no others', () => {
    expect(Object.keys(rebase.inputs)).toEqual(REBASE_ACTION_INPUTS.map(({ name }) => name));
  });

  test.each(REBASE_ACTION_INPUTS.map((input) => [input.name, input] as const))(
    'says of %s what the schema says',
    (name, input) => {
      expect(rebase.inputs[name]?.description).toContain(withoutLinks(input.description));
      expect(rebase.inputs[name]?.default).toBe(input.default);
    },
  );

  test('has the outputs that the step writes', () => {
    expect(Object.keys(rebase.outputs)).toEqual(REBASE_OUTPUTS.map(({ name }) => name));
  });

  test('runs the same bundle, by a line that loads it', () => {
    expect(rebase.runs.using).toBe('node24');
    expect(read(path.join('rebase', rebase.runs.main))).toBe("require('./index.cjs');\n");
  });
});

describe('the tables', () => {
  test.each([
    ['README.md', 'inputs', renderNames],
    ['docs/github.md', 'inputs', renderOwnInputs],
    ['docs/github.md', 'outputs', renderOutputs],
  ])('of %s are fresh: %s; "npm run generate" writes them', (file, section, render) => {
    expect(withSection(read(file), section, render())).toBe(read(file));
  });

  test('name every input and every output', () => {
    const names = [...DEFINITIONS, ...ACTION_OUTPUTS].map(({ name }) => `[\`${name}\`]`);
    expect(names.filter((name) => !renderNames().includes(name))).toEqual([]);
  });

  test('need their place in a page', () => {
    expect(() => withSection('# Page\n', 'inputs', '')).toThrow('no section "inputs"');
  });
});
