import { optional } from '../json/json.ts';
import { openToml } from '../toml/open-toml.ts';
import type { TableReader } from '../toml/table.ts';
import { locationProblem, normalizeLocation } from './location.ts';
import { type MirrorRule, type MirrorRules, type MirrorTarget, type PullScope } from './model.ts';
import { isWildcard } from './prefix.ts';

/** A file in the format of `containers-registries.conf(5)`, version 2. */
export interface RegistriesConf extends MirrorRules {
  /** `credential-helpers`; absent when the file does not say. */
  readonly credentialHelpers?: readonly string[];
}

const INPUT = 'registries-conf';
/** Podman's name for no helper: the files are read. */
const AUTH_FILES = 'containers-auth.json';
const SCOPES: readonly PullScope[] = ['all', 'digest-only', 'tag-only'];

/**
 * Reads `registries.conf` or one of its drop-ins. What concerns short names is not read, since ours mean Docker Hub; a notice says so.
 *
 * @throws InputError with every problem and its line
 */
export function parseRegistriesConf(text: string, file: string): RegistriesConf {
  const root = openToml(text, file, INPUT);
  refuseVersion1(root);
  const entries = root.tables('registry').map(readEntry);
  checkConflicts(entries);
  const credentialHelpers = root.texts('credential-helpers');
  if (credentialHelpers?.some((helper) => helper !== AUTH_FILES) === true) {
    root.warn('credential-helpers', 'helpers are not taken from here: name them in a config.json or in registry-auth');
  }
  noticeShortNames(root);
  root.allow('additional-layer-store-auth-helper');
  root.warnUnknown();
  root.findings.problems.throwIfAny();
  return {
    rules: firstOfEachPrefix(entries),
    notices: root.findings.warnings,
    ...optional('credentialHelpers', credentialHelpers),
  };
}

/**
 * Adds drop-ins to the main file, in the order in which they are given: a rule replaces the one of the same prefix as a whole, and
 * `credential-helpers` the earlier list.
 */
export function applyDropIns(main: RegistriesConf, dropIns: readonly RegistriesConf[]): RegistriesConf {
  const rules = new Map<string, MirrorRule>();
  for (const conf of [main, ...dropIns]) for (const rule of conf.rules) rules.set(rule.prefix, rule);
  const credentialHelpers = [main, ...dropIns].findLast((conf) => conf.credentialHelpers !== undefined);
  return {
    rules: [...rules.values()],
    notices: [main, ...dropIns].flatMap(({ notices }) => notices),
    ...optional('credentialHelpers', credentialHelpers?.credentialHelpers),
  };
}

interface Entry {
  readonly table: TableReader;
  readonly rule: MirrorRule;
}

function readEntry(table: TableReader): Entry {
  const location = readLocation(table, 'location') ?? '';
  const prefix = readPrefix(table) ?? location;
  const digestsOnly = table.flag('mirror-by-digest-only');
  if (table.has('pull-from-mirror')) table.problem('pull-from-mirror', 'it belongs into a [[registry.mirror]]');
  const source = { location, insecure: table.flag('insecure'), scope: 'all', ...readNamespace(table) } as const;
  if (source.insecure && location === '' && isWildcard(prefix)) {
    const advice = 'list each host in insecure-registries';
    table.warn('insecure', `it is not used for the wildcard "${prefix}", which names no host: ${advice}`);
  }
  const mirrors = table.tables('mirror').map((mirror) => readMirror(mirror, digestsOnly));
  const blocked = table.flag('blocked');
  table.warnUnknown();
  if (isAbsent(table, 'location') && isAbsent(table, 'prefix')) {
    table.problem(undefined, 'it has neither a location nor a prefix', 'Write location = "host[:port][/path]".');
  } else if (isAbsent(table, 'location') && !prefix.startsWith('*.')) {
    table.problem(
      'prefix',
      `"${prefix}" has no location`,
      'Write the location too; only a prefix like *.host needs none.',
    );
  }
  return { table, rule: { prefix, mirrors, source, blocked, place: table.findings.positions.placeOf(table.path) } };
}

function readMirror(table: TableReader, digestsOnly: boolean): MirrorTarget {
  const location = readLocation(table, 'location');
  if (isAbsent(table, 'location')) table.problem(undefined, 'the mirror has no location');
  const text = table.text('pull-from-mirror') ?? '';
  const scope = text === '' ? 'all' : SCOPES.find((known) => known === text);
  if (scope === undefined) {
    table.problem('pull-from-mirror', `"${text}" is not known`, `Known are ${SCOPES.join(', ')}.`);
  } else if (text !== '' && digestsOnly) {
    table.problem('pull-from-mirror', 'it can not be used beside mirror-by-digest-only', 'Keep one of the two.');
  }
  const insecure = table.flag('insecure');
  const target = { location: location ?? '', insecure, scope: digestsOnly ? 'digest-only' : (scope ?? 'all') } as const;
  const namespace = readNamespace(table);
  table.warnUnknown();
  return { ...target, ...namespace };
}

function readNamespace(table: TableReader) {
  return optional('namespace', table.text('namespace-proxy') || undefined);
}

/** What is wrong with it is noted. */
function readLocation(table: TableReader, key: string): string | undefined {
  const text = table.text(key);
  if (text === undefined || text === '') return undefined;
  const location = normalizeLocation(text);
  const problem = locationProblem(location);
  if (problem !== undefined) table.problem(key, problem.message, problem.hint);
  return location;
}

function isAbsent(table: TableReader, key: string): boolean {
  return (table.value(key) ?? '') === '';
}

/** A prefix that is no name can match nothing; Podman takes it, so it is only told. */
function readPrefix(table: TableReader): string | undefined {
  const text = table.text('prefix');
  if (text === undefined || text === '') return undefined;
  const prefix = normalizeLocation(text);
  if (prefix.startsWith('*.') && !isWildcard(prefix)) {
    table.problem(
      'prefix',
      `"${prefix}" is not a wildcard of the form *.host`,
      'Ports, paths, tags and digests have no place in it.',
    );
  } else if (/^https?:\/\//.test(prefix)) {
    table.problem('prefix', locationProblem(prefix)?.message ?? '', 'Write host[:port][/path].');
  } else if (!isWildcard(prefix) && locationProblem(prefix) !== undefined) {
    table.warn(
      'prefix',
      `"${prefix}" matches no image: a prefix is host[:port][/path] or *.host, without tag and digest`,
    );
  }
  return prefix;
}

/** Two rules may share a location, but not disagree about what it is. */
function checkConflicts(entries: readonly Entry[]): void {
  const seen = new Map<string, MirrorRule>();
  for (const { table, rule } of entries) {
    const location = rule.source.location || rule.prefix;
    const other = seen.get(location);
    if (other === undefined) seen.set(location, rule);
    else if (other.source.insecure !== rule.source.insecure) conflict(table, 'insecure', location, other);
    else if (other.blocked !== rule.blocked) conflict(table, 'blocked', location, other);
  }
}

function conflict(table: TableReader, key: string, location: string, other: MirrorRule): void {
  const line = other.place?.line;
  const where = line === undefined ? 'another table' : `the table in line ${line}`;
  table.problem(key, `it differs for "${location}" from ${where}`, `Give both the same value of ${key}.`);
}

function firstOfEachPrefix(entries: readonly Entry[]): readonly MirrorRule[] {
  const rules = new Map<string, MirrorRule>();
  for (const { table, rule } of entries) {
    const first = rules.get(rule.prefix);
    if (first === undefined) rules.set(rule.prefix, rule);
    else
      table.warn(
        'prefix',
        `"${rule.prefix}" has a table before, in line ${first.place?.line ?? 1}: this one is not used`,
      );
  }
  return [...rules.values()];
}

function refuseVersion1(root: TableReader): void {
  if (!root.has('registries')) return;
  root.problem(
    'registries',
    'this is version 1 of the format, which is no longer read',
    'Write [[registry]] tables with location, insecure, blocked and [[registry.mirror]] instead of [registries.*].',
  );
  root.findings.problems.throwIfAny();
}

function noticeShortNames(root: TableReader): void {
  const keys = ['unqualified-search-registries', 'short-name-mode', 'aliases'];
  root.allow(...keys);
  for (const key of keys) {
    if (root.has(key)) root.warn(key, 'it is not used: a name without a registry means Docker Hub here');
  }
}
