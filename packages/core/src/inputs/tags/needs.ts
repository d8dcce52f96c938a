import { inputError } from '../../errors/problems.ts';
import type { TagFacts } from './facts.ts';
import type { TagRule } from './rule.ts';
import { namesIn } from './template.ts';

const OF_REF: ReadonlySet<string> = new Set(['branch', 'tag', 'is_default_branch']);
const OF_COMMIT: ReadonlySet<string> = new Set(['sha', 'commit_date']);

/**
 * Refuses a rule where what it asks for should come from Git and can't: else a release would go without its tag.
 *
 * @param names of the expressions that it uses
 * @throws InputError on `tags`
 */
export function requireFacts({ line }: TagRule, names: readonly string[], facts: TagFacts): void {
  const { head } = facts;
  if (head === undefined || !('unreadable' in head)) return;
  const check = 'Check the repository out with its .git';
  if (facts.ref === undefined && names.some((name) => OF_REF.has(name))) {
    throw needs(line, 'a branch or a Git tag', head.unreadable, `${check}, or name the branch or tag in "source-ref".`);
  }
  if (names.some((name) => OF_COMMIT.has(name))) {
    throw needs(line, 'a commit', head.unreadable, `${check}, or write the tag out: type=raw,value=TAG.`);
  }
}

/** The expressions of a rule that is enabled, with those that its type stands for. */
export function namesOf(rule: TagRule): readonly string[] {
  const names = namesIn(rule.prefix + rule.suffix);
  switch (rule.type) {
    case 'schedule':
      return [...names, ...namesIn(rule.pattern)];
    case 'semver':
      return [...names, ...namesIn(rule.pattern), ...valueNames(rule)];
    case 'match':
      return [...names, ...valueNames(rule)];
    case 'raw':
      return [...names, ...namesIn(rule.value)];
    case 'edge':
    case 'ref':
      return [...names, 'branch'];
    case 'sha':
      return [...names, 'sha'];
  }
}

function valueNames({ value = '' }: { readonly value?: string }): readonly string[] {
  return value === '' ? ['tag'] : namesIn(value);
}

function needs(line: string, what: string, why: string, hint: string) {
  return inputError('tags', `the rule "${line}" needs ${what}, and ${why}`, hint);
}
