import { compareVersions, parseVersion, type Version } from './version.ts';

const UNRELEASED = '## Unreleased';
const RELEASED = /^## (\d\S*) - (\d{4}-\d\d-\d\d)$/;

/**
 * The changelog with what was unreleased under the heading of a version, and nothing unreleased.
 *
 * @param date of the release, `2026-11-21`
 * @throws Error when there is nothing to release, or the version is not above the newest one of the changelog
 */
export function cutRelease(changelog: string, version: Version, date: string): string {
  const newest = releasedVersions(changelog)[0];
  if (newest !== undefined && compareVersions(version, newest) <= 0)
    throw new Error(`${version} is not above ${newest}, the newest version in CHANGELOG.md`);
  if (section(changelog, (line) => line === UNRELEASED) === '')
    throw new Error(`CHANGELOG.md has nothing below "${UNRELEASED}": write what users get with ${version}`);
  return changelog.replace(`${UNRELEASED}\n`, `${UNRELEASED}\n\n## ${version} - ${date}\n`);
}

/**
 * What the changelog says about a released version, without its heading.
 *
 * @throws Error when it says nothing
 */
export function releaseNotes(changelog: string, version: Version): string {
  const notes = section(changelog, (line) => RELEASED.exec(line)?.[1] === version);
  if (notes === '') throw new Error(`CHANGELOG.md has no section for ${version}`);
  return notes;
}

/** The day of a version, `2026-11-21`; none while it is not released. */
export function releaseDate(changelog: string, version: Version): string | undefined {
  const headings = changelog.split('\n').map((line) => RELEASED.exec(line));
  return headings.find((heading) => heading?.[1] === version)?.[2];
}

/** The versions that the changelog has, as they stand in it: the newest first. */
function releasedVersions(changelog: string): readonly Version[] {
  return changelog.split('\n').flatMap((line) => {
    const [, version] = RELEASED.exec(line) ?? [];
    return version === undefined ? [] : [parseVersion(version)];
  });
}

function section(changelog: string, isHeading: (line: string) => boolean): string {
  const lines = changelog.split('\n');
  const from = lines.findIndex(isHeading) + 1;
  if (from === 0) return '';
  const length = lines.slice(from).findIndex((line) => line.startsWith('## '));
  return lines
    .slice(from, length === -1 ? undefined : from + length)
    .join('\n')
    .trim();
}
