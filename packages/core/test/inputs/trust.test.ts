import { describe, expect, test } from 'vitest';
import { decideTrust, type TrustInputs } from '../../src/inputs/index.ts';

const AUTO: TrustInputs = { trust: 'auto', publish: 'auto', cache: 'auto' };

describe('what a run may do', () => {
  test.each([
    ['trusted', { publish: true, cacheMode: 'write', volumes: true, lockOfCheckout: true }, true],
    ['unprotected', { publish: true, cacheMode: 'write', volumes: true, lockOfCheckout: true }, true],
    ['untrusted', { publish: false, cacheMode: 'read', volumes: false, lockOfCheckout: false }, false],
  ] as const)('%s', (trust, expected, all) => {
    expect(decideTrust({ trust }, AUTO)).toEqual({
      level: trust,
      ...expected,
      projectTomlMay: { builder: all, foreignBuildpacks: all },
      notices: [],
    });
  });

  test.each([
    ['untrusted', 'trusted', 'trusted'],
    ['trusted', 'untrusted', 'untrusted'],
    ['unprotected', 'trusted', 'trusted'],
    ['unprotected', 'auto', 'unprotected'],
  ] as const)('a run that is %s with the input %s is %s', (facts, trust, level) => {
    expect(decideTrust({ trust: facts }, { ...AUTO, trust }).level).toBe(level);
  });

  test('trusting what the CI does not trust is said aloud', () => {
    expect(decideTrust({ trust: 'untrusted' }, { ...AUTO, trust: 'trusted' }).notices).toHaveLength(1);
  });

  test.each([
    ['trusted', 'false', false],
    ['untrusted', 'true', true],
  ] as const)('%s and publish: %s', (trust, publish, expected) => {
    expect(decideTrust({ trust }, { ...AUTO, publish }).publish).toBe(expected);
  });

  test.each([
    ['trusted', 'off', 'off'],
    ['trusted', 'false', 'off'],
    ['trusted', 'read', 'read'],
    ['trusted', 'write', 'write'],
    ['untrusted', 'off', 'off'],
    ['untrusted', 'write', 'read'],
  ] as const)('%s and cache: %s', (trust, cache, expected) => {
    expect(decideTrust({ trust }, { ...AUTO, cache }).cacheMode).toBe(expected);
  });

  test('a cache that may only be read is said aloud', () => {
    expect(decideTrust({ trust: 'untrusted' }, { ...AUTO, cache: 'write' }).notices).toHaveLength(1);
  });
});
