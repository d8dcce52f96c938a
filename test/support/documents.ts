import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type WorkflowExample, workflowExamples } from './workflow-examples.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** A page for users that has examples for GitHub Actions. */
export interface PageWithExamples {
  /** From the root of the repository. */
  readonly file: string;
  readonly examples: readonly WorkflowExample[];
}

/** README and all pages of `docs` in which GitHub Actions could run something. */
export function pagesWithExamples(): readonly PageWithExamples[] {
  return ['README.md', ...globSync('docs/*.md', { cwd: ROOT }).sort()].flatMap((file) => {
    const examples = workflowExamples(readFileSync(path.join(ROOT, file), 'utf8'));
    return examples.length === 0 ? [] : [{ file, examples }];
  });
}

/** What GitHub reads in this repository: workflows, the actions, Dependabot's settings; from the root. */
export function ownFiles(): readonly string[] {
  return globSync(['action.yml', 'rebase/action.yml', '.github/dependabot.yml', '.github/workflows/*.yml'], {
    cwd: ROOT,
  }).sort();
}
