import { type InputDefinition, INPUTS } from '@buildpacks-ci/core';
import { describe, expect, test } from 'vitest';
import { parseSize } from '../../../core/src/inputs/cache.ts';
import { parseCreationTime, parsePlatform } from '../../../core/src/inputs/places.ts';
import { specInput } from '../../src/component/spec-input.ts';

/** What the program takes, by input. */
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  'creation-time': (text) => parseCreationTime(text, undefined),
  'cache-max-size': (text) => parseSize(text, 'cache-max-size'),
  platform: (text) => parsePlatform(text, 'amd64'),
};

const VALUES = [
  ...['none', 'commit', 'now', '7', '1700000000', '1234567890123', 'yesterday', '-1', 'now\n', '$TIME'],
  ...['500MB', '1.5 GiB', '2000000000', '2G', '2Gi', '2GB', '10kb', '1.5555GB', '2 XB', 'GB', '2  GB'],
  ...['linux/amd64', 'linux/arm/v7', 'linux/arm64/v8.1', 'linux', 'windows/amd64', 'linux/amd64,linux/arm64', 'linux/'],
];

describe.each(Object.entries(PARSERS))('the form of %s', (name, parse) => {
  const definition = (INPUTS as readonly InputDefinition[]).find((input) => input.name === name);
  if (definition === undefined) throw new Error(`there is no input ${name}`);
  const form = new RegExp(specInput(definition).regex ?? '(?!)');

  test.each(VALUES)('is right where the program takes it: %j', (value) => {
    expect(form.test(value)).toBe(accepts(parse, value));
  });

  test('may be absent', () => {
    expect(form.test('')).toBe(true);
  });
});

function accepts(parse: (text: string) => unknown, value: string): boolean {
  try {
    parse(value);
    return true;
  } catch {
    return false;
  }
}
