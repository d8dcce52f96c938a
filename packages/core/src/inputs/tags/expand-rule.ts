import { inputError } from '../../errors/problems.ts';
import type { CiFacts } from '../trust.ts';
import type { RuleKind, TagRule } from './rule.ts';
import { readRunRef, type RunRef } from './run-ref.ts';
import { tagSlug } from './slug.ts';
import { type Expressions, namesIn, renderTemplate } from './template.ts';
import { parseVersion } from './version.ts';

/** What rules are expanded with. */
export interface TagFacts extends Omit<CiFacts, 'trust'> {
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The tag that a rule gives in this run, or why it gives none. */
export type Expansion = { readonly tag: string } | { readonly unfit: string };

/** @throws InputError on `tags` when a template of the rule can't be read */
export function expandTagRule(rule: TagRule, facts: TagFacts): Expansion {
  const ref = readRunRef(facts);
  const expressions = runExpressions(ref, facts);
  const render = (template: string) => renderTemplate(template, expressions);
  // Also where it is of no use in this run: a mistake should show in every run.
  const [prefix, suffix] = [render(rule.prefix), render(rule.suffix)];
  const made = makeTag(rule, { ref, facts, expressions });
  if (!isEnabled(rule, render(rule.enable))) return { unfit: 'it is not enabled' };
  if ('unfit' in made) return made;
  const tag = tagSlug(`${prefix}${made.tag}${suffix}`);
  return tag === '' ? { unfit: 'nothing is left that a tag can hold' } : { tag };
}

/** What `{{…}}` stands for in every rule. */
function runExpressions(ref: RunRef, { sha = '', baseRef = '', commitTime, now }: TagFacts): Expressions {
  return new Map<string, string | { readonly time: number }>([
    ['branch', ref.kind === 'branch' ? ref.name : ''],
    ['tag', ref.kind === 'tag' ? ref.name : ''],
    ['sha', sha.slice(0, SHORT)],
    ['base_ref', baseRef.replace(/^refs\/heads\//, '')],
    ['is_default_branch', String(ref.kind === 'branch' && ref.isDefault)],
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
  readonly ref: RunRef;
  readonly facts: TagFacts;
  readonly expressions: Expressions;
}

function makeTag(rule: RuleKind, { ref, facts, expressions }: Run): Expansion {
  switch (rule.type) {
    case 'schedule': {
      const tag = renderTemplate(rule.pattern, expressions);
      return facts.scheduled === true ? { tag } : { unfit: 'no schedule has started this run' };
    }
    case 'semver':
      return versionTag(rule, { ref, facts, expressions });
    case 'match':
      return matchedTag(rule, { ref, facts, expressions });
    case 'edge': {
      const wanted = rule.branch ?? facts.defaultBranch ?? '';
      const fits = ref.kind === 'branch' && (rule.branch === undefined ? ref.isDefault : ref.name === wanted);
      return fits ? { tag: 'edge' } : { unfit: `this run is not of the branch ${wanted}`.trimEnd() };
    }
    case 'ref':
      return refTag(rule.event, ref);
    case 'raw':
      return { tag: renderTemplate(rule.value, expressions) };
    case 'sha': {
      if (facts.sha === undefined) return { unfit: 'the commit of this run is not known' };
      return { tag: rule.format === 'long' ? facts.sha : facts.sha.slice(0, SHORT) };
    }
  }
}

function refTag(event: Extract<RuleKind, { type: 'ref' }>['event'], ref: RunRef): Expansion {
  switch (event) {
    case 'branch':
      return ref.kind === 'branch' ? { tag: ref.name } : { unfit: 'this run is of no branch' };
    case 'tag':
      return ref.kind === 'tag' ? { tag: ref.name } : NO_TAG;
    case 'pr':
      return ref.kind === 'request' ? { tag: ref.number } : { unfit: 'this run is of no pull request' };
  }
}

const NO_TAG: Expansion = { unfit: 'this run is of no Git tag' };

/** The rule's own value, else the Git tag. */
function subject({ value }: { readonly value?: string }, { ref, expressions }: Run): string | undefined {
  if (value !== undefined && value !== '') return renderTemplate(value, expressions);
  return ref.kind === 'tag' ? ref.name : undefined;
}

/** A prerelease never moves the tag of a whole series (`1.2`): where a pattern asks for that, it gets its full version. */
function versionTag(rule: Extract<RuleKind, { type: 'semver' }>, run: Run): Expansion {
  const raw = subject(rule, run);
  const known = ['raw', 'version', 'major', 'minor', 'patch'] as const;
  // A pattern that can't be read is told in runs without a tag too.
  renderTemplate(rule.pattern, new Map([...run.expressions, ...known.map((name) => [name, ''] as const)]));
  if (raw === undefined) return NO_TAG;
  const version = parseVersion(raw);
  if (version === undefined) return { unfit: `"${raw}" is no semantic version` };
  const isSeries = namesIn(rule.pattern).some((name) => ['major', 'minor', 'patch'].includes(name));
  if (version.isPrerelease && isSeries) return { tag: version.version };
  const parts = { raw, ...version };
  const values = known.map((name) => [name, parts[name]] as const);
  return { tag: renderTemplate(rule.pattern, new Map([...run.expressions, ...values])) };
}

function matchedTag(rule: Extract<RuleKind, { type: 'match' }>, run: Run): Expansion {
  const text = subject(rule, run);
  if (text === undefined) return NO_TAG;
  const tag = rule.pattern.exec(text)?.[rule.group];
  return tag === undefined ? { unfit: `"${text}" does not match` } : { tag };
}
