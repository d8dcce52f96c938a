import { InputError, type InputProblem } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import type { TableReader } from '../toml/table.ts';
import { locationProblem, normalizeLocation } from './location.ts';
import { type MirrorNotice, type MirrorRule, type MirrorRules, type PullScope, UNCHANGED_SOURCE } from './model.ts';
import { isWildcard } from './prefix.ts';
import { openYaml } from './yaml-documents.ts';

interface Kind {
  readonly apiVersion: string;
  /** The list in `spec`. */
  readonly list: string;
  readonly scope: PullScope;
}

/** openshift/api `config/v1` and, of old, `operator/v1alpha1`. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['ImageDigestMirrorSet', { apiVersion: 'config.openshift.io/v1', list: 'imageDigestMirrors', scope: 'digest-only' }],
  ['ImageTagMirrorSet', { apiVersion: 'config.openshift.io/v1', list: 'imageTagMirrors', scope: 'tag-only' }],
  [
    'ImageContentSourcePolicy',
    { apiVersion: 'operator.openshift.io/v1alpha1', list: 'repositoryDigestMirrors', scope: 'digest-only' },
  ],
]);

const POLICIES = ['AllowContactingSource', 'NeverContactSource'];

/**
 * Reads OpenShift's mirror sets as `oc-mirror` writes them and `oc get -o yaml` prints them: several documents, lists of objects, and
 * other objects among them, which are told and left out.
 *
 * @throws InputError with every problem and its line
 */
export function parseMirrorSets(text: string, file: string): MirrorRules {
  const problems: InputProblem[] = [];
  const notices: MirrorNotice[] = [];
  const rules = openYaml(text, file, 'registries-conf').flatMap((document) => {
    const found = readObject(document);
    try {
      document.findings.problems.throwIfAny();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
    notices.push(...document.findings.warnings);
    return found;
  });
  if (problems.length > 0) throw new InputError(problems);
  return { rules: joinRules(rules), notices };
}

/** Makes one set of the files of one cluster: mirrors of one source are put together in their order, each once. */
export function joinMirrorSets(sets: readonly MirrorRules[]): MirrorRules {
  return {
    rules: joinRules(sets.flatMap(({ rules }) => rules)),
    notices: sets.flatMap(({ notices }) => notices),
  };
}

function readObject(object: TableReader): readonly MirrorRule[] {
  const name = object.text('kind') ?? '';
  if (name === 'List') return object.tables('items').flatMap(readObject);
  const kind = KINDS.get(name);
  if (kind === undefined) {
    object.warn('kind', `"${name}" is no mirror set and not read`);
    return [];
  }
  const version = object.text('apiVersion');
  if (version !== kind.apiVersion) {
    object.problem(
      'apiVersion',
      `"${version ?? ''}" is not the version of ${name} that is known`,
      `It is ${kind.apiVersion}.`,
    );
  }
  const spec = object.table('spec');
  const rules = (spec?.tables(kind.list) ?? []).flatMap((entry) => readEntry(entry, kind) ?? []);
  spec?.warnUnknown();
  return rules;
}

function readEntry(table: TableReader, { scope }: Kind): MirrorRule | undefined {
  const prefix = readSource(table);
  const mirrors = readMirrors(table, scope);
  const policy = table.text('mirrorSourcePolicy') ?? '';
  if (policy !== '' && !POLICIES.includes(policy)) {
    table.problem('mirrorSourcePolicy', `"${policy}" is not known`, `Known are ${POLICIES.join(', ')}.`);
  }
  table.warnUnknown();
  if (prefix === undefined) return undefined;
  const place = table.findings.positions.placeOf(table.path);
  return { prefix, mirrors, source: UNCHANGED_SOURCE, blocked: policy === 'NeverContactSource', place };
}

function readSource(table: TableReader): string | undefined {
  const source = normalizeLocation(table.text('source') ?? '');
  const problem = isWildcard(source) ? undefined : locationProblem(source);
  if (problem === undefined) return source;
  table.problem(
    table.has('source') ? 'source' : undefined,
    source === '' ? 'it has no source' : problem.message,
    problem.hint,
  );
  return undefined;
}

function readMirrors(table: TableReader, scope: PullScope) {
  const locations = (table.texts('mirrors') ?? []).map(normalizeLocation);
  return locations.flatMap((location) => {
    const problem = locationProblem(location);
    if (problem === undefined) return [{ location, insecure: false, scope }];
    table.problem('mirrors', problem.message, problem.hint);
    return [];
  });
}

/** The source is blocked when any of the objects says so, as on the cluster's nodes. */
function joinRules(rules: readonly MirrorRule[]): readonly MirrorRule[] {
  const joined = new Map<string, MirrorRule>();
  for (const rule of rules) {
    const first = joined.get(rule.prefix);
    joined.set(rule.prefix, first === undefined ? rule : join(first, rule));
  }
  return [...joined.values()];
}

function join(first: MirrorRule, second: MirrorRule): MirrorRule {
  const known = (mirrors: MirrorRule['mirrors'], location: string, scope: PullScope) =>
    mirrors.some((mirror) => mirror.location === location && mirror.scope === scope);
  const added = second.mirrors.filter(({ location, scope }) => !known(first.mirrors, location, scope));
  return {
    prefix: first.prefix,
    mirrors: [...first.mirrors, ...added],
    source: first.source,
    blocked: first.blocked || second.blocked,
    ...optional('place', first.place),
  };
}
