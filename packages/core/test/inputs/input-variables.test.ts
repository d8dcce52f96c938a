import { describe, expect, test } from 'vitest';
import { unknownVariables, variableInputs } from '../../src/inputs/input-variables.ts';

test('variableInputs takes what is named like an input, as it is', () => {
  const inputs = variableInputs({ BUILDPACKS_CI_RUN_IMAGE: 'run', BUILDPACKS_CI_TAGS: 'a\nb', RUN_IMAGE: 'other' });
  expect(Object.entries(inputs).filter(([, value]) => value !== undefined)).toEqual([
    ['tags', 'a\nb'],
    ['run-image', 'run'],
  ]);
});

describe('unknownVariables', () => {
  test('tells what was probably meant', () => {
    expect(unknownVariables({ BUILDPACKS_CI_BULDER: 'x', BUILDPACKS_CI_TAGS: 'a', PATH: '/bin' })).toEqual([
      'the environment variable BUILDPACKS_CI_BULDER is no input; did you mean BUILDPACKS_CI_BUILDER?',
    ]);
  });

  test('knows the inputs of the adapter', () => {
    expect(unknownVariables({ BUILDPACKS_CI_JOB_NAME: 'x' }, ['job-name'])).toEqual([]);
  });
});
