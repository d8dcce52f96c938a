import { compareTexts, compareVersions, versionIn } from '../../semver/version.ts';

const NATURAL = new Intl.Collator('en', { numeric: true });

/**
 * Git tags of one commit, the one that speaks for it first: the highest version, a release before its prereleases; then those without
 * a version, the one with the highest number first (`release-10` before `release-9`). The same order wherever it is asked for.
 */
export function orderTags(tags: readonly string[]): readonly string[] {
  const versioned = tags.map((name) => ({ name, version: versionIn(name) }));
  return versioned
    .toSorted((a, b) => {
      if (a.version !== undefined && b.version !== undefined) {
        return compareVersions(b.version, a.version) || compareTexts(a.name, b.name);
      }
      if (a.version === undefined && b.version === undefined) {
        return NATURAL.compare(b.name, a.name) || compareTexts(a.name, b.name);
      }
      return a.version === undefined ? 1 : -1;
    })
    .map(({ name }) => name);
}
