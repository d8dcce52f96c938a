import { isMap, isSeq, parseDocument } from 'yaml';
import { markdownBlocks, type MarkdownBlock } from './markdown-blocks.ts';

/** An example of a page that GitHub Actions could run. */
export interface WorkflowExample {
  /** `123, Part`: the line where it begins in its page, and the heading above it. */
  readonly title: string;
  /** A whole workflow: steps alone are put into one that has as little around them as linters accept. */
  readonly workflow: string;
}

const AROUND_STEPS = `name: Example

on:
  push:

permissions: {}

concurrency:
  group: example
  cancel-in-progress: false

jobs:
  example:
    name: Example
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
`;

/**
 * The workflows and the lists of steps among the YAML blocks of a page.
 *
 * @throws Error for a block that names an action and is neither, since nobody would look at it
 */
export function workflowExamples(page: string): readonly WorkflowExample[] {
  const blocks = markdownBlocks(page).filter(({ language }) => language === 'yaml' || language === 'yml');
  return blocks.flatMap((block) => {
    const workflow = workflowOf(block);
    return workflow === undefined ? [] : [{ title: `${block.line}, ${block.heading}`, workflow }];
  });
}

function workflowOf({ line, content }: MarkdownBlock): string | undefined {
  const { contents } = parseDocument(content);
  // Other CIs have `jobs` too.
  if (isMap(contents) && contents.has('jobs') && contents.has('on')) return content;
  if (isSeq(contents) && contents.items.every(isStep))
    return AROUND_STEPS + content.replaceAll(/^(?=.)/gm, ' '.repeat(6));
  if (/^[ -]*uses:/m.test(content)) throw new Error(`line ${line}: neither a workflow nor a list of steps`);
  return undefined;
}

function isStep(item: unknown): boolean {
  return isMap(item) && (item.has('uses') || item.has('run'));
}
