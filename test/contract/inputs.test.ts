import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  environmentName,
  INPUT_GROUPS,
  type InputDefinition,
  INPUTS,
  renderInputs,
} from '../../packages/core/src/inputs/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DEFINITIONS: readonly InputDefinition[] = INPUTS;

test('docs/inputs.md is what the schema says; "npm run generate" writes it', async () => {
  expect(await readFile(path.join(ROOT, 'docs/inputs.md'), 'utf8')).toBe(renderInputs());
});

describe('the schema', () => {
  test('has each name once', () => {
    expect(new Set(DEFINITIONS.map((input) => input.name)).size).toBe(DEFINITIONS.length);
  });

  test('has an input in each group', () => {
    expect(new Set(DEFINITIONS.map((input) => input.group))).toEqual(new Set(Object.keys(INPUT_GROUPS)));
  });

  test.each(DEFINITIONS.map((input) => [input.name, input] as const))('%s is well formed', (name, input) => {
    expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect(input.description).toMatch(/^[A-Z].*\.$/s);
    if (input.type === 'boolean') expect(['true', 'false']).toContain(input.default);
    if (input.type === 'enum') expect(input.values).toContain(input.default);
    expect(input.default === undefined || input.defaultNote === undefined).toBe(true);
  });
});

test('a variable of the command line is named after its input', () => {
  expect(environmentName('disable-system-buildpacks')).toBe('BUILDPACKS_CI_DISABLE_SYSTEM_BUILDPACKS');
});
