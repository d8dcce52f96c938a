import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { renderTask, validateObjects } from '../../bench/tekton.ts';
import { ROOT } from '../../support/documents.ts';
import { tektonExamples } from '../../support/tekton-fragments.ts';
import { INSTALLED, manifestsIn, strayParams } from '../../support/tekton-samples.ts';

const PAGE = readFileSync(path.join(ROOT, 'docs/tekton-migration.md'), 'utf8');
const EXAMPLES = tektonExamples(PAGE).map(({ title, objects }) => [title, objects] as const);
const isAfter = (objects: string): boolean => objects.includes('name: buildpacks-ci\n');
const AFTER = EXAMPLES.filter(([, objects]) => isAfter(objects));

test('docs/tekton-migration.md has as many runs after as before', () => {
  expect(AFTER).toHaveLength(2);
  expect(EXAMPLES).toHaveLength(2 * AFTER.length);
});

test.each(EXAMPLES)('line %s, is a run that Tekton takes', async (_title, taskRun) => {
  await expect(validateObjects([taskRun])).resolves.toEqual([]);
});

describe.each(AFTER)('line %s', (_title, taskRun) => {
  it('becomes a Pod that a restricted namespace takes', async () => {
    const { problems, refusals } = await renderTask({ task: INSTALLED.join('\n'), taskRun });
    expect([problems, refusals]).toEqual([[], []]);
  });

  it('names no param that the Task has not', () => {
    expect(manifestsIn(taskRun).flatMap((object) => strayParams(object, INSTALLED.flatMap(manifestsIn)))).toEqual([]);
  });
});
