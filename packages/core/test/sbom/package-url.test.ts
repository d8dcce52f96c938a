import { expect, it } from 'vitest';
import { splitPackageUrl } from '../../src/sbom/package-url.ts';

it.each([
  ['pkg:npm/lodash@4.17.21', 'pkg:npm/lodash', 'lodash'],
  ['pkg:npm/%40babel/core@7.0.0?x=1#sub', 'pkg:npm/%40babel/core', '%40babel/core'],
  ['pkg:npm/@babel/core', 'pkg:npm/@babel/core', '@babel/core'],
  ['pkg:maven/g/a', 'pkg:maven/g/a', 'g/a'],
  ['anything@1', 'anything', ''],
  ['', '', ''],
])('%s without its version is %s', (text, unversioned, path) => {
  expect(splitPackageUrl(text)).toEqual({ unversioned, path });
});
