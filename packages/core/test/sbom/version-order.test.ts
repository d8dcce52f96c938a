import { expect, it } from 'vitest';
import { compareAnyVersions } from '../../src/sbom/version-order.ts';

it.each([
  ['1.2.3', '1.2.10'],
  ['v1.9.0', 'v1.10.0'],
  ['2.0.0-rc.1', '2.0.0'],
  ['2.0.0-rc.1', '2.0.0-rc.2'],
  ['2.0-alpha', '2.0-beta'],
  ['2.0-SNAPSHOT', '2.0'],
  ['1.0.M3', '1.0.RC1'],
  ['5.3.9.RELEASE', '5.3.10.RELEASE'],
  ['1.2.3-1ubuntu1', '1.2.3-1ubuntu2'],
  ['1.1.1n-0+deb11u3', '1.1.1n-0+deb11u4'],
  ['1.1.1k', '1.1.1n'],
  ['9.9', '1:1.0'],
  ['1.0', '1.0.1'],
  ['2.17', '2.17.1'],
  ['1.0', '1.0-r1'],
])('%s comes before %s', (a, b) => {
  expect([compareAnyVersions(a, b) < 0, compareAnyVersions(b, a) > 0]).toEqual([true, true]);
});

it.each([
  ['1.0', '1.0.0'],
  ['v1.2.3', '1.2.3'],
  ['1.2.3+incompatible', '1.2.3'],
  ['5.3.9.RELEASE', '5.3.9'],
  ['4.1.0.Final', '4.1.0'],
])('%s is %s', (a, b) => {
  expect(compareAnyVersions(a, b)).toBe(0);
});
