import { describe, expect, it } from 'vitest';
import { isAtLeast, negotiatePlatformApi } from '../../src/builder/platform-api.ts';
import { InputError } from '../../src/errors/index.ts';
import { builderOf, METADATA } from './support/images.ts';

function builderWith(supported: readonly string[]) {
  const lifecycle = { version: '0.21.14', apis: { platform: { supported } } };
  return builderOf({ 'io.buildpacks.builder.metadata': { ...METADATA, lifecycle } });
}

async function refusal(supported: readonly string[]): Promise<InputError> {
  const builder = await builderWith(supported);
  try {
    negotiatePlatformApi(builder);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the Platform API', () => {
  it.each([
    [['0.12'], '0.12'],
    [['0.9', '0.10', '0.11', '0.12', '0.13'], '0.13'],
    [['0.15', '0.14'], '0.15'],
    [['0.15', '0.16', '1.0'], '0.15'],
  ])('of a lifecycle with %j is %s', async (supported, chosen) => {
    expect(negotiatePlatformApi(await builderWith(supported))).toBe(chosen);
  });

  it('of an old lifecycle is named with what is needed', async () => {
    const error = await refusal(['0.7', '0.11']);
    expect(error.message).toContain('"samples/builder" has lifecycle 0.21.14 with Platform API 0.7, 0.11');
    expect(error.hint).toContain('newer version of this builder');
  });

  it('of a lifecycle from the future asks for a newer tool', async () => {
    expect((await refusal(['0.16', '1.0'])).hint).toContain('newer version of buildpacks-ci');
  });

  it('is compared by number', () => {
    expect([isAtLeast('0.15', '0.12'), isAtLeast('0.12', '0.12'), isAtLeast('0.12', '0.15')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
