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
const VERSION = new RegExp(
  `^v?(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

/** Reads `1.2.3`, `v1.2.3-beta.1`, `1.2.3+build`. */
export function parseVersion(text: string): Version | undefined {
  const [found, major = '', minor = '', patch = '', prerelease = ''] = VERSION.exec(text) ?? [];
  if (found === undefined) return undefined;
  const version = `${major}.${minor}.${patch}${prerelease}`;
  return { version, major, minor, patch, isPrerelease: prerelease !== '' };
}
