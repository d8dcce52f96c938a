import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { validateWorkflow } from '../../bench/argo.ts';
import { ROOT } from '../../support/documents.ts';
import { markdownBlocks } from '../../support/markdown-blocks.ts';

const PAGES = globSync('argo/*/README.md', { cwd: ROOT }).sort();

test('each template for Argo has a page', () => {
  expect(PAGES).toHaveLength(globSync('argo/*/manifests.yaml', { cwd: ROOT }).length);
});

test.each(PAGES)('%s has a workflow that Argo takes, with the template beside it', async (page) => {
  const blocks = markdownBlocks(readFileSync(path.join(ROOT, page), 'utf8'));
  const workflows = blocks.filter(({ language }) => language === 'yaml').map(({ content }) => content);
  expect(workflows).toHaveLength(1);
  const template = path.join(ROOT, path.dirname(page), 'manifests.yaml');
  await expect(validateWorkflow([template, ...workflows])).resolves.toEqual([]);
});
