import { globTest } from '../glob/glob.ts';
import { inputError } from '../errors/problems.ts';
import type { Component } from './components.ts';
import { splitPackageUrl } from './package-url.ts';
import { compareAnyVersions } from './version-order.ts';

/** What to look for in images: a component's name, and the versions that count. */
export interface ComponentQuery {
  /** As the user wrote it. */
  readonly text: string;
  matches(component: Component): boolean;
}

type VersionTest = (version: string) => boolean;

/**
 * Reads `NAME`, `NAME@VERSION` or `NAME@RANGE`: `log4j-core@<2.17`, `org.apache.logging.log4j:log4j-core`, `pkg:npm/lodash@>=4 <4.17.21`,
 * `spring-*@5.3.x || 6.0.x`.
 *
 * A name is compared whole and without regard to case, with `*` for any characters: with the component's name, with its package URL's name, and
 * with that behind its namespace (joined by `:` or `/`); one that begins with `pkg:` with the package URL up to its version. A component whose
 * version is not known matches every range: it may be the one.
 *
 * @param input the input's name, for the error
 * @throws InputError quoting the text
 */
export function parseComponentQuery(text: string, input: string): ComponentQuery {
  const trimmed = text.trim();
  const at = trimmed.search(/(?<=[^/])@(?=\s*(?:[<>=!]|v?\d)[^/@]*$)/);
  const name = at === -1 ? trimmed : trimmed.slice(0, at);
  const range = at === -1 ? undefined : trimmed.slice(at + 1);
  if (!isName(name)) throw inputError(input, `"${text}" names no component`, FORMS);
  const fits = nameTest(name);
  const counts = range === undefined ? () => true : rangeTest(range, text, input);
  return {
    text: trimmed,
    matches: (component) =>
      namesOf(component).some(fits) && (component.version === undefined || counts(component.version)),
  };
}

const FORMS =
  'Write NAME, NAME@VERSION, or NAME@RANGE: log4j-core@<2.17, lodash@>=4.0 <4.17.21, spring-core@5.3.x || 6.0.x.';

/** What is left of a range without its `@`, or of an `@` without its name, would find nothing and look like an all-clear. */
function isName(text: string): boolean {
  if (!/^[^\s<>=!|]+$/.test(text)) return false;
  const isScoped = text.startsWith('@');
  return !text.replaceAll(/(^|\/)@/g, '$1').includes('@') && (!isScoped || text.includes('/'));
}

function nameTest(name: string): (candidate: string) => boolean {
  const fits = globTest(name.toLowerCase(), 'text');
  return (candidate) => fits(candidate.toLowerCase());
}

/** `pkg:type/namespace/name@version?qualifiers#subpath`, its parts percent-encoded (package URL specification). */
function namesOf({ name, purl }: Component): readonly string[] {
  const { unversioned, path } = splitPackageUrl(purl ?? '');
  if (path === '') return [name];
  const parts = path.split('/').map(decoded);
  const last = parts.at(-1) ?? '';
  const namespace = parts.slice(0, -1).join('/');
  const full = namespace === '' ? [] : [`${namespace}:${last}`, `${namespace}/${last}`];
  return [name, last, ...full, unversioned, decoded(unversioned)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Alternatives joined by `||`, each of conditions joined by blanks or commas that must all hold. */
function rangeTest(range: string, text: string, input: string): VersionTest {
  const alternatives = range.split('||').map((alternative) => {
    const conditions = alternative.replace(/([<>=!]+)\s+/g, '$1').split(/[\s,]+/);
    const tests = conditions.filter((condition) => condition !== '').map(conditionTest);
    if (tests.length > 0 && !tests.includes(undefined)) return tests.filter((test) => test !== undefined);
    throw inputError(input, `"${text}" has no range of versions behind its @: "${range.trim()}"`, FORMS);
  });
  return (version) => alternatives.some((tests) => tests.every((test) => test(version)));
}

function conditionTest(condition: string): VersionTest | undefined {
  const [, operator = '', version = ''] = /^(<=|>=|!=|==|<|>|=|)([^<>=!|]+)$/.exec(condition) ?? [];
  if (!/\d/.test(version)) return undefined;
  const family = /^(.*?)\.[x*]$/i.exec(version)?.[1];
  const order = (found: string) => compareAnyVersions(found, version);
  switch (operator) {
    case '<':
      return (found) => order(found) < 0;
    case '<=':
      return (found) => order(found) <= 0;
    case '>':
      return (found) => order(found) > 0;
    case '>=':
      return (found) => order(found) >= 0;
    case '!=':
      return (found) => order(found) !== 0;
    default:
      return family === undefined ? (found) => order(found) === 0 : (found) => isOf(found, family);
  }
}

/** `5.3.x` has all versions that begin with these numbers. */
function isOf(version: string, family: string): boolean {
  const plain = version.replace(/^v/i, '');
  const start = family.replace(/^v/i, '');
  return plain === start || plain.startsWith(`${start}.`) || plain.startsWith(`${start}-`);
}
