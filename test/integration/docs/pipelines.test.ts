import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkJsonschema, type CiSchema, schemaProblems } from '../../bench/check-jsonschema.ts';
import { pipelineExamples } from '../../support/component-includes.ts';
import { ROOT } from '../../support/documents.ts';
import { shownFiles } from '../../support/shown-files.ts';

beforeAll(async () => {
  await checkJsonschema();
});

describe('GitLab', () => {
  test.each(['docs/gitlab.md', 'docs/operations.md'])('accepts the pipelines of %s', async (file) => {
    const examples = pipelineExamples(page(file));
    expect(examples).not.toEqual([]);
    const pipelines = Object.fromEntries(examples.map(({ title, pipeline }) => [title, pipeline]));
    expect(await schemaProblems('gitlab-ci', pipelines)).toEqual([]);
  });
});

describe('docs/other-ci.md', () => {
  test.each<[string, CiSchema, string]>([
    ['CircleCI', 'circle-ci', '.circleci/config.yml'],
    ['Woodpecker', 'woodpecker-ci', '.woodpecker/image.yaml'],
  ])('has a file that %s accepts', async (_, schema, name) => {
    const file = shownFiles(page('docs/other-ci.md')).get(name) ?? '';
    expect(file).not.toBe('');
    expect(await schemaProblems(schema, { [name]: file })).toEqual([]);
  });

  test.each<[CiSchema, string]>([
    ['circle-ci', 'version: 2.1\njobs:\n  a:\n    docker: here\n    steps: [checkout]\n'],
    ['woodpecker-ci', 'steps:\n  - name: a\n    commands: [true]\n    unknown: b\n'],
  ])('would not have one that %s refuses', async (schema, wrong) => {
    expect(await schemaProblems(schema, { wrong })).not.toEqual([]);
  });
});

function page(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
