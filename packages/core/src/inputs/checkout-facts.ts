import path from 'node:path';
import { inputError, type Problems } from '../errors/problems.ts';
import { kindOf } from '../files/file-kind.ts';
import { type GitHead, readGitHead } from '../git/index.ts';
import { optional } from '../json/json.ts';
import type { InputReader } from './reader.ts';
import type { CiFacts } from './trust.ts';

/** What most repositories call it. */
const USUAL_DEFAULT_BRANCH = 'main';

/** What is known about a run: what its CI tells, or what can be had without one. */
export function readRunFacts(
  reader: InputReader,
  { facts, workingDirectory }: RunContext,
  problems: Problems,
): CiFacts {
  if (facts === 'checkout') return readCheckoutFacts(reader, workingDirectory, problems);
  refuseRunInputs(reader, problems);
  return facts;
}

interface RunContext {
  readonly facts: CiFacts | 'checkout';
  readonly workingDirectory: string;
}

/**
 * What is known about a run of which no CI tells: `source-ref`, `default-branch`, and what Git has checked out. Git is asked only where
 * something depends on it. How far the run is trusted is for the input `trust` alone to say.
 */
function readCheckoutFacts(reader: InputReader, workingDirectory: string, problems: Problems): CiFacts {
  const given = reader.text('source-ref');
  const rules = reader.list('tags').filter((line) => line.startsWith('type='));
  if (given === undefined && rules.length === 0) return { trust: 'trusted' };
  const head = readGitHead(placeOf(reader.text('path') ?? '.', workingDirectory));
  const git = 'unreadable' in head ? undefined : head;
  const defaultBranch = reader.text('default-branch') ?? git?.defaultBranch ?? USUAL_DEFAULT_BRANCH;
  const ref = given === undefined ? undefined : problems.attempt(() => fullRef(given, git, defaultBranch));
  if (given === undefined && asksForBranch(rules) && git?.branch === undefined && git?.tags.length === 0) {
    problems.notice('tags: no branch is checked out and no Git tag points at the commit; "source-ref" can name one');
  }
  return {
    trust: 'trusted',
    head,
    defaultBranch,
    ...optional('ref', ref),
    ...optional('sha', git?.commit),
    ...optional('commitTime', git?.commitTime),
    // What outsiders start must not get the default branch's tag.
    ...(reader.choice('trust') === 'untrusted' && { isDefaultBranch: false }),
  };
}

/** Where the CI tells what the run is of, an input that says so too would be ignored without a word. */
function refuseRunInputs(reader: InputReader, problems: Problems): void {
  for (const name of ['source-ref', 'default-branch'] as const) {
    if (reader.text(name) === undefined) continue;
    problems.report(name, 'here the CI tells it', 'Leave it out; a rule of "tags" may have a value= of its own.');
  }
}

/** The app may be a file. */
function placeOf(text: string, workingDirectory: string): string {
  const app = path.resolve(workingDirectory, text);
  return kindOf(app) === 'directory' ? app : path.dirname(app);
}

/**
 * A ref by its full name. Whoever has one variable for branches and tags gives a bare name, which is a tag only where nothing speaks for a
 * branch: a tag that somebody has called `main` makes no other run of the default branch's.
 */
function fullRef(text: string, head: GitHead | undefined, defaultBranch: string): string {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) {
    throw inputError(
      'source-ref',
      `"${text}" is a commit, and no branch or tag`,
      'Write refs/heads/NAME, or leave it out.',
    );
  }
  if (!isRefName(text)) {
    throw inputError(
      'source-ref',
      `"${text}" is no name of a branch or tag`,
      'Write refs/heads/NAME or refs/tags/NAME.',
    );
  }
  if (text.startsWith('refs/')) return text;
  const isBranch = text === defaultBranch || text === head?.branch;
  return !isBranch && head?.tags.includes(text) === true ? `refs/tags/${text}` : `refs/heads/${text}`;
}

/** What git-check-ref-format(1) allows, as far as it matters here. */
function isRefName(text: string): boolean {
  const name = text.replace(/^refs\/[^/]*\//, '');
  return name !== '' && !/[\s~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|^refs\//.test(name);
}

function asksForBranch(rules: readonly string[]): boolean {
  return rules.some((line) => /event=branch|type=edge|\{\s*(?:branch|is_default_branch)\s*\}/.test(line));
}
