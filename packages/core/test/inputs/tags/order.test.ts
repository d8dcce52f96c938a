import { describe, expect, test } from 'vitest';
import { orderTags } from '../../../src/inputs/tags/order.ts';

describe('of the tags of one commit the first one is', () => {
  test.each([
    ['the highest version', ['v1.9.0', 'v1.10.0', 'v1.2.0'], ['v1.10.0', 'v1.9.0', 'v1.2.0']],
    [
      'a release, before its prereleases',
      ['v1.3.0-rc.2', 'v1.3.0', 'v1.3.0-rc.10'],
      ['v1.3.0', 'v1.3.0-rc.10', 'v1.3.0-rc.2'],
    ],
    ['a prerelease of a higher version', ['v1.2.9', 'v1.3.0-rc.1'], ['v1.3.0-rc.1', 'v1.2.9']],
    ['a version, before what is none', ['stable', 'z', 'v0.0.1'], ['v0.0.1', 'z', 'stable']],
    [
      'a version behind the name of a part',
      ['api/v1.2.0', 'web/v3.0.0', 'lib@2.0.0'],
      ['web/v3.0.0', 'lib@2.0.0', 'api/v1.2.0'],
    ],
    ['a version behind a dash', ['app-1.2.0-rc.1', 'app-1.2.0'], ['app-1.2.0', 'app-1.2.0-rc.1']],
    ['the highest number, without a version', ['release-9', 'release-10'], ['release-10', 'release-9']],
    ['the first name, of the same version', ['v1.0.0', '1.0.0+b', '1.0.0'], ['1.0.0', '1.0.0+b', 'v1.0.0']],
  ])('%s', (_, tags, expected) => {
    expect(orderTags(tags)).toEqual(expected);
    expect(orderTags(tags.toReversed())).toEqual(expected);
  });

  /** The row of SemVer 2.0.0, section 11. */
  test('by the order of semantic versions', () => {
    const ascending = ['alpha', 'alpha.1', 'alpha.beta', 'beta', 'beta.2', 'beta.11', 'rc.1'].map(
      (each) => `1.0.0-${each}`,
    );
    expect(orderTags(ascending)).toEqual(ascending.toReversed());
  });
});
