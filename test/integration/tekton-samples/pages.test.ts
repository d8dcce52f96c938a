import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { renderTask, validateObjects } from '../../bench/tekton.ts';
import { ROOT } from '../../support/documents.ts';
import { tektonExamples } from '../../support/tekton-fragments.ts';
import { INSTALLED, manifestsIn, strayParams } from '../../support/tekton-samples.ts';

const PAGES = ['docs/tekton-migration.md', ...globSync('tekton/task/*/README.md', { cwd: ROOT }).sort()];
const EXAMPLES = PAGES.flatMap((page) =>
  tektonExamples(readFileSync(path.join(ROOT, page), 'utf8')).map(({ title, objects }) => ({
    title: `${page}, line ${title}`,
    objects,
  })),
).map(({ title, objects }) => [title, objects] as const);

/** Those that refer to our Task by its name; others take it from a bundle, or are of the catalog's. */
const OURS = EXAMPLES.filter(([, objects]) => /taskRef:\n +name: buildpacks-ci\n/.test(objects));

test('the pages of migration have as many runs after as before', () => {
  const migration = EXAMPLES.filter(([title]) => title.includes('migration'));
  const after = OURS.filter(([title]) => title.includes('migration'));
  expect([migration.length, after.length]).toEqual([4, 2]);
});

test.each(EXAMPLES)('%s: is a run that Tekton takes', async (_title, taskRun) => {
  await expect(validateObjects([taskRun])).resolves.toEqual([]);
});

describe.each(OURS)('%s', (_title, taskRun) => {
  it('becomes a Pod that a restricted namespace takes', async () => {
    const { problems, refusals } = await renderTask({ task: INSTALLED.join('\n'), taskRun });
    expect([problems, refusals]).toEqual([[], []]);
  });

  it('names no param that the Task has not', () => {
    expect(manifestsIn(taskRun).flatMap((object) => strayParams(object, INSTALLED.flatMap(manifestsIn)))).toEqual([]);
  });
});
