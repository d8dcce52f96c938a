import { compareVersions, parseVersion, type Version } from '../semver/version.ts';
import type { Match } from './match.ts';

/** Tells whether a version is in a range; `maybe` of what has no order, or is the same but for its build. */
export type VersionRange = (version: string) => Match;

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
  return (version) => firstOf(['yes', 'maybe', 'no'], ranges, version);
}

function parseAlternative(text: string): VersionRange | undefined {
  if (text === '*') return () => 'yes';
  const parts = text.split(/\s+/).map(parsePart);
  const ranges = parts.filter((range) => range !== undefined);
  if (ranges.length < parts.length) return undefined;
  return (version) => firstOf(['no', 'maybe', 'yes'], ranges, version);
}

/** The first answer in this order that one of the ranges gives. */
function firstOf(order: readonly Match[], ranges: readonly VersionRange[], version: string): Match {
  const answers = ranges.map((range) => range(version));
  return order.find((answer) => answers.includes(answer)) ?? 'no';
}

function parsePart(text: string): VersionRange | undefined {
  const [, operator, operand = ''] = COMPARATOR.exec(text) ?? [];
  const bound = parseVersion(padded(operand));
  if (operator !== undefined && bound !== undefined) return comparison(operator, bound);
  const [, prefix] = PREFIX.exec(text) ?? [];
  if (prefix !== undefined) return (version) => family(prefix, version);
  return /^\d[\w.+~-]*$/.test(text) ? (version) => exactly(text, version) : undefined;
}

function comparison(operator: string, bound: Version): VersionRange {
  return (text) => {
    const version = readVersion(text);
    if (version === undefined) return 'maybe';
    const order = compareVersions(version, bound);
    if (order === 0) return operator.endsWith('=') ? 'yes' : 'no';
    return operator.startsWith(order < 0 ? '<' : '>') ? 'yes' : 'no';
  };
}

function family(prefix: string, version: string): Match {
  if (version === prefix || version.startsWith(`${prefix}.`)) return 'yes';
  return readVersion(version) === undefined ? 'maybe' : 'no';
}

function exactly(wanted: string, version: string): Match {
  if (version === wanted) return 'yes';
  const [a, b] = [readVersion(wanted), readVersion(version)];
  return a === undefined || b === undefined || compareVersions(a, b) === 0 ? 'maybe' : 'no';
}

/** `5.5` is a version too, where buildpacks number so. */
function readVersion(text: string): Version | undefined {
  return parseVersion(/^\d+(?:\.\d+)?$/.test(text) ? padded(text) : text);
}

/** `1.2` as `1.2.0`. */
function padded(operand: string): string {
  const [numbers = '', ...rest] = operand.split('-');
  const full = [...numbers.split('.'), '0', '0'].slice(0, 3).join('.');
  return [full, ...rest].join('-');
}
