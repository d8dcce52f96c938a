import { inputError } from '../../errors/problems.ts';
import type { TagFacts } from './facts.ts';
import { namesOf, requireFacts } from './needs.ts';
import { orderTags } from './order.ts';
import type { RuleKind, TagRule } from './rule.ts';
import { readRunNames, type RunNames } from './run-names.ts';
import { tagSlug } from './slug.ts';
import { type Expressions, namesIn, renderTemplate } from './template.ts';
import { compareVersions, parseVersion, type Version } from '../../semver/version.ts';

/** The tag that a rule gives in this run, or why it gives none. */
export type Expansion = { readonly tag: string } | { readonly unfit: string };

/** @throws InputError on `tags` when a template of the rule can't be read, or asks for what should come from Git and can't */
export function expandTagRule(rule: TagRule, facts: TagFacts): Expansion {
  const names = readRunNames(facts);
  const expressions = runExpressions(names, facts);
  const render = (template: string) => renderTemplate(template, expressions);
  // Also where it is of no use in this run: a mistake should show in every run.
  const [prefix, suffix] = [render(rule.prefix), render(rule.suffix)];
  const made = makeTag(rule, { names, facts, expressions });
  requireFacts(rule, namesIn(rule.enable), facts);
  if (!isEnabled(rule, render(rule.enable))) return { unfit: 'it is not enabled' };
  requireFacts(rule, namesOf(rule), facts);
  if ('unfit' in made) return made;
  const tag = tagSlug(`${prefix}${made.tag}${suffix}`);
  return tag === '' ? { unfit: 'nothing is left that a tag can hold' } : { tag };
}

/** What `{{…}}` stands for in every rule. */
function runExpressions(
  { branch, tags }: RunNames,
  { sha = '', baseRef = '', commitTime, now }: TagFacts,
): Expressions {
  return new Map<string, string | { readonly time: number }>([
    ['branch', branch?.name ?? ''],
    ['tag', tags[0] ?? ''],
    ['sha', sha.slice(0, SHORT)],
    ['base_ref', baseRef.replace(/^refs\/heads\//, '')],
    ['is_default_branch', String(branch?.isDefault === true)],
    ['date', { time: now }],
    ['commit_date', { time: commitTime === undefined ? now : commitTime * 1000 }],
  ]);
}

/** As many digits as docker/metadata-action takes. */
const SHORT = 7;

function isEnabled({ line }: TagRule, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw inputError('tags', `the rule "${line}" has enable="${text}"`, 'It must come to true or false.');
}

interface Run {
  readonly names: RunNames;
  readonly facts: TagFacts;
  readonly expressions: Expressions;
}

function makeTag(rule: RuleKind, run: Run): Expansion {
  const { names, facts, expressions } = run;
  switch (rule.type) {
    case 'schedule': {
      const tag = renderTemplate(rule.pattern, expressions);
      return facts.scheduled === true ? { tag } : { unfit: 'no schedule has started this run' };
    }
    case 'semver':
      return versionTag(rule, run);
    case 'match':
      return matchedTag(rule, run);
    case 'edge': {
      const wanted = rule.branch ?? facts.defaultBranch ?? '';
      const fits = rule.branch === undefined ? names.branch?.isDefault : names.branch?.name === wanted;
      return fits === true ? { tag: 'edge' } : { unfit: `this run is not of the branch ${wanted}`.trimEnd() };
    }
    case 'ref':
      return refTag(rule.event, names);
    case 'raw':
      return { tag: renderTemplate(rule.value, expressions) };
    case 'sha': {
      if (facts.sha === undefined) return { unfit: 'the commit of this run is not known' };
      return { tag: rule.format === 'long' ? facts.sha : facts.sha.slice(0, SHORT) };
    }
  }
}

function refTag(event: Extract<RuleKind, { type: 'ref' }>['event'], { branch, tags, request }: RunNames): Expansion {
  switch (event) {
    case 'branch':
      return branch === undefined ? { unfit: 'this run is of no branch' } : { tag: branch.name };
    case 'tag':
      return tags[0] === undefined ? NO_TAG : { tag: tags[0] };
    case 'pr':
      return request === undefined ? { unfit: 'this run is of no pull request' } : { tag: request };
  }
}

const NO_TAG: Expansion = { unfit: 'this run is of no Git tag' };

/** The rule's own value, else the Git tags. */
function subjects({ value }: { readonly value?: string }, { names, expressions }: Run): readonly string[] {
  return value !== undefined && value !== '' ? [renderTemplate(value, expressions)] : names.tags;
}

/**
 * Of several versions the highest. A prerelease never moves the tag of a whole series (`1.2`): where a pattern asks for that, it gets its
 * full version.
 */
function versionTag(rule: Extract<RuleKind, { type: 'semver' }>, run: Run): Expansion {
  const known = ['raw', 'version', 'major', 'minor', 'patch'] as const;
  // A pattern that can't be read is told in runs without a tag too.
  renderTemplate(rule.pattern, new Map([...run.expressions, ...known.map((name) => [name, ''] as const)]));
  const texts = subjects(rule, run);
  const parts = texts.map((text) => matchedPart(text, rule.match)).filter((text) => text !== undefined);
  const [highest] = parts
    .map((raw) => ({ raw, parsed: parseVersion(raw) }))
    .filter((each): each is { raw: string; parsed: Version } => each.parsed !== undefined)
    .toSorted((a, b) => compareVersions(b.parsed, a.parsed));
  if (highest === undefined) return notMatching(texts, parts, 'is no semantic version');
  const { raw, parsed } = highest;
  const isSeries = namesIn(rule.pattern).some((name) => ['major', 'minor', 'patch'].includes(name));
  if (parsed.isPrerelease && isSeries) return { tag: parsed.version };
  const values = known.map((name) => [name, { raw, ...parsed }[name]] as const);
  return { tag: renderTemplate(rule.pattern, new Map([...run.expressions, ...values])) };
}

/** The first group of an expression, or all that it matches when it has no group; everything without an expression. */
function matchedPart(text: string, expression: RegExp | undefined): string | undefined {
  if (expression === undefined) return text;
  const found = expression.exec(text);
  return found?.[1] ?? found?.[0];
}

function matchedTag(rule: Extract<RuleKind, { type: 'match' }>, run: Run): Expansion {
  const texts = subjects(rule, run);
  const found = texts.map((text) => rule.pattern.exec(text)?.[rule.group]).filter((text) => text !== undefined);
  const [tag] = orderTags(found);
  return tag === undefined ? notMatching(texts, found, '') : { tag };
}

function notMatching(texts: readonly string[], matched: readonly string[], otherwise: string): Expansion {
  const [first] = texts;
  if (first === undefined) return NO_TAG;
  return { unfit: matched[0] === undefined ? `"${first}" does not match` : `"${matched[0]}" ${otherwise}` };
}
