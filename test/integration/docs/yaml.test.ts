import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { yamllint, yamlProblems } from '../../bench/yamllint.ts';
import { ROOT } from '../../support/documents.ts';
import { markdownBlocks } from '../../support/markdown-blocks.ts';

const FILES = ['*.{yml,yaml}', '{.github,argo,gitlab,tekton}/**/{.*,*}.{yml,yaml}'];
const PAGES = ['*.md', '{argo,docs,gitlab,tekton}/**/*.md'];

const EXAMPLES = globSync(PAGES, { cwd: ROOT })
  .sort()
  .map((page) => [page, yamlOf(page)] as const)
  .filter(([, blocks]) => blocks.length > 0);

beforeAll(async () => {
  await yamllint();
});

describe('yamllint', () => {
  test('has nothing to say about our files', async () => {
    const files = globSync(FILES, { cwd: ROOT });
    expect(files).toEqual(
      expect.arrayContaining(['action.yml', 'gitlab/.gitlab-ci.yml', 'tekton/samples/task-run.yaml']),
    );
    expect(await yamlProblems(ROOT, files)).toEqual([]);
  });

  test.each(EXAMPLES)('has nothing to say about the examples of %s', async (_page, blocks) => {
    expect(await problemsOf(blocks)).toEqual([]);
  });

  test.each([
    ['the same key twice', 'a: 1\na: 2\n', /duplication of key "a"/],
    ['a mode that readers disagree about', 'mode: 0644\n', /octal/],
    ['a word that is a boolean to some', 'cache: off\n', /truthy/],
    ['what is no YAML', 'a: [\n', /syntax error/],
  ])('finds %s', async (_title, content, problem) => {
    expect(await problemsOf([{ line: 7, content }])).toEqual([expect.stringMatching(problem)]);
  });
});

interface Block {
  readonly line: number;
  readonly content: string;
}

function yamlOf(page: string): readonly Block[] {
  return markdownBlocks(readFileSync(path.join(ROOT, page), 'utf8')).filter(({ language }) => /^ya?ml$/.test(language));
}

/** Each under the line where it begins in its page. */
async function problemsOf(blocks: readonly Block[]): Promise<readonly string[]> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const files = blocks.map(({ line }) => `line-${line}.yaml`);
  for (const [index, { content }] of blocks.entries())
    await writeFile(path.join(directory, files[index] ?? ''), content);
  return yamlProblems(directory, files);
}
