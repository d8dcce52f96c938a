import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ACTION_INPUTS, ACTION_OUTPUTS } from '../../packages/github-action/src/definitions.ts';
import { REBASE_ACTION_INPUTS, REBASE_OUTPUTS } from '../../packages/github-action/src/rebase/definitions.ts';
import { ownFiles, pagesWithExamples, ROOT } from '../support/documents.ts';
import { actionSteps } from '../support/workflow.ts';
import { workflowExamples } from '../support/workflow-examples.ts';

const RELEASE = '@0000000000000000000000000000000000000000';
/** What each of our actions takes and gives, by its placeholder. */
const ACTIONS: ReadonlyMap<string, Names> = new Map([
  [`OWNER/buildpacks-ci${RELEASE}`, namesOf(ACTION_INPUTS, ACTION_OUTPUTS)],
  [`OWNER/buildpacks-ci/rebase${RELEASE}`, namesOf(REBASE_ACTION_INPUTS, REBASE_OUTPUTS)],
]);

interface Names {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

function namesOf(inputs: readonly { readonly name: string }[], outputs: readonly { readonly name: string }[]): Names {
  return { inputs: new Set(inputs.map(({ name }) => name)), outputs: new Set(outputs.map(({ name }) => name)) };
}

const EXAMPLES = pagesWithExamples().flatMap(({ file, examples }) =>
  examples.map(({ title, workflow }) => [`${file}, line ${title}`, workflow] as const),
);

describe('the examples of a page', () => {
  const fenced = (language: string, text: string) => `# Page\n\n## Part\n\n\`\`\`${language}\n${text}\`\`\`\n`;

  test('are its workflows', () => {
    const workflow = 'on: push\njobs: {}\n';
    expect(workflowExamples(fenced('yaml', workflow))).toEqual([{ title: '5, Part', workflow }]);
  });

  test('are lists of steps too, each in a workflow of its own', () => {
    const [example] = workflowExamples(fenced('yaml', '- uses: a/b@c\n\n- uses: d/e@f\n  with:\n    g: h\n'));
    expect(actionSteps(example?.workflow ?? '')).toEqual([
      { uses: 'a/b@c', with: {} },
      { uses: 'd/e@f', with: { g: 'h' } },
    ]);
  });

  test.each([
    ['other YAML', 'yaml', 'a: b\n'],
    ['files of other CIs', 'yaml', 'version: 2\njobs: {}\n'],
    ['steps of other CIs', 'yaml', '- name: build\n  template: build\n'],
    ['other languages', 'sh', '- uses: a/b@c\n'],
  ])('are not %s', (_, language, text) => {
    expect(workflowExamples(fenced(language, text))).toEqual([]);
  });

  test('are refused when nobody could lint them', () => {
    expect(() => workflowExamples(fenced('yaml', 'steps:\n  - uses: a/b@c\n'))).toThrow('line 5');
  });
});

test.each(['README.md', 'docs/github.md'])('%s has examples', (page) => {
  expect(pagesWithExamples().map(({ file }) => file)).toContain(page);
});

describe.each(EXAMPLES)('%s', (_, workflow) => {
  const ours = actionSteps(workflow).filter(({ uses }) => uses.startsWith('OWNER/'));

  test('uses our actions by their placeholders', () => {
    expect(ours.filter(({ uses }) => !ACTIONS.has(uses))).toEqual([]);
    expect(ours).not.toEqual([]);
  });

  test.each(ours.map((step) => [step.uses, step] as const))('uses inputs and outputs that %s has', (uses, step) => {
    const { inputs, outputs } = ACTIONS.get(uses) ?? namesOf([], []);
    expect(Object.keys(step.with).filter((name) => !inputs.has(name))).toEqual([]);
    const used = workflow.matchAll(new RegExp(`steps\\.${step.id ?? ''}\\.outputs\\.([\\w-]+)`, 'g'));
    expect([...used].map(([, name = '']) => name).filter((name) => !outputs.has(name))).toEqual([]);
  });
});

test('every action of others is pinned, with its version behind it, and to one commit everywhere', () => {
  const texts = [
    ...EXAMPLES.map(([, workflow]) => workflow),
    ...ownFiles().map((file) => readFileSync(path.join(ROOT, file), 'utf8')),
  ];
  const lines = texts.flatMap((text) => [...text.matchAll(/\buses: (?!\.\/)(.*)$/gm)]).map(([, line = '']) => line);
  const pins = new Map<string, Set<string>>();
  for (const line of lines) {
    const [, action = '', pin = ''] = /^([\w.-]+\/[\w./-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(line) ?? [];
    expect(action, line).not.toBe('');
    pins.set(action, (pins.get(action) ?? new Set()).add(pin));
  }
  expect([...pins].filter(([, commits]) => commits.size !== 1)).toEqual([]);
});
