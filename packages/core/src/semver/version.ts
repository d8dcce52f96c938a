/** A semantic version (SemVer 2.0.0). */
export interface Version {
  /** Without a leading `v` and without build metadata. */
  readonly version: string;
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  readonly isPrerelease: boolean;
}

const NUMBER = '(?:0|[1-9]\\d*)';
const IDENTIFIER = `(?:${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = `v?(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`;
const WHOLE = new RegExp(`^${VERSION}`);
/** After what a monorepo's tags have before it: `api/v1.2.3`, `@scope/api@1.2.3`, `api-1.2.3`. */
const LAST = new RegExp(`(?:^|[/@_-])(${VERSION})`);

/** Reads `1.2.3`, `v1.2.3-beta.1`, `1.2.3+build`. */
export function parseVersion(text: string): Version | undefined {
  const [found, major = '', minor = '', patch = '', prerelease = ''] = WHOLE.exec(text) ?? [];
  if (found === undefined) return undefined;
  const version = `${major}.${minor}.${patch}${prerelease}`;
  return { version, major, minor, patch, isPrerelease: prerelease !== '' };
}

/** The version that a text is or ends in. */
export function versionIn(text: string): Version | undefined {
  return parseVersion(LAST.exec(text)?.[1] ?? '');
}

/** Negative when `a` comes before `b` (SemVer 2.0.0, section 11). */
export function compareVersions(a: Version, b: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    const order = compareNumbers(a[part], b[part]);
    if (order !== 0) return order;
  }
  if (a.isPrerelease !== b.isPrerelease) return a.isPrerelease ? -1 : 1;
  return compareIdentifiers(prereleaseOf(a), prereleaseOf(b));
}

function prereleaseOf({ version }: Version): readonly string[] {
  return version.slice(version.indexOf('-') + 1).split('.');
}

function compareIdentifiers(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compareIdentifier(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers come before words. */
function compareIdentifier(a: string, b: string): number {
  const numeric = [a, b].map((text) => /^\d+$/.test(text));
  if (numeric[0] === true && numeric[1] === true) return compareNumbers(a, b);
  if (numeric[0] !== numeric[1]) return numeric[0] === true ? -1 : 1;
  return compareTexts(a, b);
}

/** Of any length, without leading zeros. */
function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b);
}

/** By code units, whatever the language. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
