import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { checkJsonschema, gitlabSchemaProblems } from '../../bench/check-jsonschema.ts';
import { command } from '../../bench/command.ts';
import { ROOT } from '../../support/documents.ts';
import { type Config, interpolate, readComponent } from '../../support/gitlab-interpolation.ts';
import { jobsOf } from '../../support/gitlab-jobs.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const NAMES = ['build', 'build-staged'] as const;
const BUILDER = 'builder.example/base@sha256:0';

/** Inputs that make other jobs of a component than its defaults do. */
const VARIANTS: Readonly<Record<string, Config>> = {
  'the defaults': {},
  "GitLab's cache": { 'gitlab-cache': true },
  'runner tags and rules': {
    'runner-tags': ['linux', 'amd64'],
    rules: [{ if: '$CI_COMMIT_TAG', when: 'manual', allow_failure: true }],
    'registry-prefix': 'registry.example/mirror/',
  },
};

beforeAll(checkJsonschema);

describe.each(NAMES)('%s', (name) => {
  const text = read(`gitlab/templates/${name}.yml`);
  const component = readComponent(text);
  const pipeline = (inputs: Config): Config => interpolate(component, { builder: BUILDER, ...inputs });

  test("has a spec that passes GitLab's schema", async () => {
    const spec = text.slice(0, text.indexOf('\n---\n') + 1);
    expect(await gitlabSchemaProblems({ spec })).toEqual([]);
  });

  test("makes pipelines that pass GitLab's schema", async () => {
    const variants = Object.entries(VARIANTS).map(([title, inputs]) => [title, stringify(pipeline(inputs))] as const);
    expect(await gitlabSchemaProblems(Object.fromEntries(variants))).toEqual([]);
  });

  test('has scripts that shellcheck has nothing to say about', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const scripts = Object.values(jobsOf(pipeline({}))).map(({ keys }) => (keys['script'] as string[]).join('\n'));
    const files = scripts.map((_, index) => path.join(directory, `${index}.sh`));
    for (const [index, file] of files.entries()) await writeFile(file, `#!/bin/sh\n${scripts[index] ?? ''}\n`);
    await expect(command('shellcheck', files)).resolves.toBe('');
  });
});

test("the pipeline of the components' project passes GitLab's schema", async () => {
  expect(await gitlabSchemaProblems({ pipeline: read('gitlab/.gitlab-ci.yml') })).toEqual([]);
});

test("GitLab's schema refuses what is wrong", async () => {
  const wrong = { 'a pipeline': 'job:\n  script: [id]\n  retry: 5\n', 'a file': 'a: [' };
  const problems = await gitlabSchemaProblems(wrong);
  expect(problems.map((problem) => problem.split(': ', 1)[0])).toEqual(['a pipeline', 'a file']);
});
