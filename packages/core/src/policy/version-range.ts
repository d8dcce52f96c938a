import { compareVersions, parseVersion, type Version } from '../semver/version.ts';

/** Tells whether a version is in a range. */
export type VersionRange = (version: string) => boolean;

const COMPARATOR = /^(>=|<=|>|<|=)(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?)$/;
const PREFIX = /^(\d+(?:\.\d+)?)(?:\.\*)?$/;

/**
 * Reads `1.2.3`, `1.*`, `>=1.2 <3`, and several of them separated by `||`. Versions are in the order of SemVer 2.0.0, in which a
 * pre-release comes before its release; missing numbers are 0.
 *
 * @returns undefined when the text is no range
 */
export function parseVersionRange(text: string): VersionRange | undefined {
  const alternatives = text.split('||').map((part) => parseAlternative(part.trim()));
  const ranges = alternatives.filter((range) => range !== undefined);
  if (ranges.length < alternatives.length) return undefined;
  return (version) => ranges.some((range) => range(version));
}

function parseAlternative(text: string): VersionRange | undefined {
  if (text === '*') return () => true;
  const parts = text.split(/\s+/).map(parsePart);
  const ranges = parts.filter((range) => range !== undefined);
  if (ranges.length < parts.length) return undefined;
  return (version) => ranges.every((range) => range(version));
}

function parsePart(text: string): VersionRange | undefined {
  const [, operator, operand = ''] = COMPARATOR.exec(text) ?? [];
  const bound = parseVersion(padded(operand));
  if (operator !== undefined && bound !== undefined) return comparison(operator, bound);
  const [, prefix] = PREFIX.exec(text) ?? [];
  if (prefix !== undefined) return (version) => version === prefix || version.startsWith(`${prefix}.`);
  return /^\d[\w.+~-]*$/.test(text) ? (version) => version === text : undefined;
}

function comparison(operator: string, bound: Version): VersionRange {
  return (text) => {
    const version = parseVersion(text);
    if (version === undefined) return false;
    const order = compareVersions(version, bound);
    if (order === 0) return operator.endsWith('=');
    return order < 0 ? operator.startsWith('<') : operator.startsWith('>');
  };
}

/** `1.2` as `1.2.0`. */
function padded(operand: string): string {
  const [numbers = '', ...rest] = operand.split('-');
  const full = [...numbers.split('.'), '0', '0'].slice(0, 3).join('.');
  return [full, ...rest].join('-');
}
