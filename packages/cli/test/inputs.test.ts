import { INPUTS } from '@buildpacks-ci/core';
import { describe, expect, test } from 'vitest';
import { allOptions, inputGroups } from '../src/option.ts';
import { rawInputs } from '../src/raw-inputs.ts';

function given(inputs: ReturnType<typeof rawInputs>) {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}

describe('rawInputs', () => {
  test('takes flags before variables', () => {
    const environment = { BUILDPACKS_CI_BUILDER: 'variable', BUILDPACKS_CI_RUN_IMAGE: 'run' };
    expect(given(rawInputs(new Map([['builder', ['flag']]]), environment))).toEqual({
      builder: 'flag',
      'run-image': 'run',
    });
  });

  test('keeps each item of a list whole, and leaves a variable for core to cut', () => {
    const flags = new Map([['env', ['A=1\n2', 'B=3']]]);
    expect(given(rawInputs(flags, { BUILDPACKS_CI_TAGS: 'a\nb' }))).toEqual({ env: ['A=1\n2', 'B=3'], tags: 'a\nb' });
  });

  test('lets the last of a flag count', () => {
    expect(given(rawInputs(new Map([['publish', ['true', 'false']]]), {}))).toEqual({ publish: 'false' });
  });
});

describe('inputGroups', () => {
  test('has one option for each input', () => {
    const names = allOptions(inputGroups()).map(({ name }) => name);
    expect(names.toSorted()).toEqual(INPUTS.map(({ name }) => name).toSorted());
  });

  test('gives no letter twice', () => {
    const letters = allOptions(inputGroups()).flatMap(({ short }) => (short === undefined ? [] : [short]));
    expect(new Set(letters).size).toBe(letters.length);
  });

  test('has no Markdown and no word of lines', () => {
    for (const { name, description, default: otherwise = '' } of allOptions(inputGroups())) {
      expect(description + otherwise, name).not.toMatch(/`|per line|\]\(/);
    }
  });
});
