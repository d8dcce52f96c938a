/** A version that we release: three numbers without leading zeros. Pre-releases are not published. */
export type Version = `${number}.${number}.${number}`;

const VERSION = /^(?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){2}$/;

/** @throws Error quoting the text when it is no version */
export function parseVersion(text: string): Version {
  if (!VERSION.test(text)) throw new Error(`"${text}" is no version: three numbers are needed, for example 1.2.0`);
  return text as Version;
}

/** Below 0 when `a` is the older one, 0 when both are the same. */
export function compareVersions(a: Version, b: Version): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  const difference = left.map((part, index) => part - (right[index] ?? 0));
  return difference.find((part) => part !== 0) ?? 0;
}

/** The tag that moves with the releases of a major version; there is none before 1.0.0, where any release may break things. */
export function movingTag(version: Version): string | undefined {
  const [major = '0'] = version.split('.');
  return major === '0' ? undefined : `v${major}`;
}
