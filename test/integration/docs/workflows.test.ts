import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { command } from '../../bench/command.ts';
import { program } from '../../bench/tools.ts';
import { zizmor } from '../../bench/zizmor.ts';
import { ownFiles, pagesWithExamples, ROOT } from '../../support/documents.ts';
import type { WorkflowExample } from '../../support/workflow-examples.ts';

const ZIZMOR_FLAGS = ['--offline', '--persona', 'auditor', '--strict-collection', '--quiet', '--color', 'never'];

const LINTERS = {
  actionlint: async (directory: string, files: readonly string[]) =>
    command(await program('actionlint'), ['-no-color', ...files], { directory }),
  zizmor: async (directory: string, files: readonly string[]) =>
    command(await zizmor(), [...ZIZMOR_FLAGS, ...files], { directory }),
} as const;

type Linter = keyof typeof LINTERS;
const NAMES = Object.keys(LINTERS) as readonly Linter[];

beforeAll(async () => {
  await Promise.all([program('actionlint'), zizmor()]);
});

describe.each(NAMES)('%s', (linter) => {
  test.each(pagesWithExamples().map(({ file, examples }) => [file, examples] as const))(
    'has nothing to say about the examples of %s',
    async (_, examples) => {
      await LINTERS[linter](...(await written(examples)));
    },
  );

  test('has nothing to say about our own files', async () => {
    // actionlint knows workflows only.
    const files = ownFiles().filter((file) => linter === 'zizmor' || file.includes('workflows/'));
    expect(files).not.toEqual([]);
    await LINTERS[linter](ROOT, files);
  });

  test('finds what is wrong with a workflow', async () => {
    const workflow = 'on: push\njobs:\n  a:\n    runs-on: ubuntu\n    steps:\n      - uses: actions/checkout@v7\n';
    const [directory, files] = await written([{ title: '1, Wrong', workflow }]);
    await expect(LINTERS[linter](directory, files)).rejects.toThrow(linter === 'zizmor' ? 'unpinned-uses' : '"ubuntu"');
  });
});

/** A repository with the examples as its workflows; each is named after the line of its page. */
async function written(examples: readonly WorkflowExample[]): Promise<[string, readonly string[]]> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await mkdir(path.join(directory, '.github/workflows'), { recursive: true });
  const files = examples.map(({ title }) => `.github/workflows/line-${Number.parseInt(title, 10)}.yml`);
  for (const [index, { workflow }] of examples.entries())
    await writeFile(path.join(directory, files[index] ?? ''), workflow);
  return [directory, files];
}
