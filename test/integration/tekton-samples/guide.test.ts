import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { renderTask } from '../../bench/tekton.ts';
import { ROOT } from '../../support/documents.ts';
import { tektonExamples } from '../../support/tekton-fragments.ts';
import { INSTALLED, manifestsIn, strayParams } from '../../support/tekton-samples.ts';

const PAGE = readFileSync(path.join(ROOT, 'docs/tekton.md'), 'utf8');
const EXAMPLES = tektonExamples(PAGE).map(({ title, objects }) => [title, objects] as const);
const TASK = INSTALLED.join('\n');

test('docs/tekton.md has examples', () => {
  expect(EXAMPLES.length).toBeGreaterThan(4);
});

describe.each(EXAMPLES)('line %s', (_title, taskRun) => {
  it('becomes a Pod that a restricted namespace takes', async () => {
    const { problems, refusals } = await renderTask({ task: TASK, taskRun });
    expect([problems, refusals]).toEqual([[], []]);
  });

  it('names no param that the Task has not', () => {
    expect(manifestsIn(taskRun).flatMap((object) => strayParams(object, INSTALLED.flatMap(manifestsIn)))).toEqual([]);
  });
});

describe('what the page says that Tekton says', () => {
  const run = (workspaces: string) => `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: shop }
spec:
  taskRef: { name: buildpacks-ci }
  params: [{ name: builder, value: a }]
  workspaces: [${workspaces}]
`;
  const claim = (name: string) => `{ name: ${name}, persistentVolumeClaim: { claimName: ${name} } }`;

  it.each([
    ['more than one PersistentVolumeClaim is bound', [claim('source'), claim('cache')].join()],
    ['declared workspace "source" is required but has not been bound', ''],
  ])('%s', async (message, workspaces) => {
    expect(PAGE).toContain(`\`${message}\``);
    const { problems } = await renderTask({ task: TASK, taskRun: run(workspaces) });
    expect(problems.join('\n')).toContain(message);
  });
});
