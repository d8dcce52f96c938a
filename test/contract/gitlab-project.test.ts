import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { JOB_OUTPUTS } from '../../packages/gitlab-ci/src/outputs.ts';
import { INPUTS, type InputDefinition } from '../../packages/core/src/inputs/index.ts';
import { environmentName } from '../../packages/core/src/inputs/schema.ts';
import { includeLine } from '../../scripts/release/component-project.ts';
import { type ComponentInclude, pipelineExamples } from '../support/component-includes.ts';
import { ROOT } from '../support/documents.ts';
import { interpolate, readComponent } from '../support/gitlab-interpolation.ts';
import { jobsOf } from '../support/gitlab-jobs.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const README = read('gitlab/README.md');
const PIPELINE = read('gitlab/.gitlab-ci.yml');

/** The names of the jobs that an include adds. @throws Error where GitLab would refuse it */
function jobsOfInclude({ component, inputs }: ComponentInclude): readonly string[] {
  return Object.keys(jobsOf(interpolate(readComponent(read(`gitlab/templates/${component}.yml`)), inputs)));
}

describe('gitlab/README.md', () => {
  const includes = pipelineExamples(README).flatMap((example) => example.includes);

  test('has an example for each component', () => {
    expect(new Set(includes.map(({ component }) => component))).toEqual(new Set(['build', 'build-staged', 'rebase']));
  });

  test.each(includes.map((include, index) => [`${index + 1}, ${include.component}`, include] as const))(
    'has examples that GitLab takes: %s',
    (_, include) => {
      expect(jobsOfInclude(include)).toContain(include.component === 'rebase' ? 'rebase-images' : 'build-image');
    },
  );

  test('names the variable of every secret', () => {
    const secrets = INPUTS.filter((input: InputDefinition) => input.secret === true).map(({ name }) => name);
    expect(secrets.filter((name) => !README.includes(`\`${environmentName(name)}\``))).toEqual([]);
  });

  test('names only variables that there are', () => {
    const known = new Set([...JOB_OUTPUTS.map(({ name }) => name), ...INPUTS.map(({ name }) => environmentName(name))]);
    const named = [...README.matchAll(/\bBUILDPACKS_[A-Z_]+/g)].map(([name]) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

test.each(globSync('gitlab/samples/*.yml', { cwd: ROOT }).sort())('%s includes what GitLab takes', (sample) => {
  const includes = pipelineExamples(`\`\`\`yaml\n${read(sample)}\`\`\`\n`).flatMap((example) => example.includes);
  expect(includes.flatMap(jobsOfInclude)).not.toEqual([]);
});

describe('gitlab/.gitlab-ci.yml', () => {
  const [example] = pipelineExamples(`\`\`\`yaml\n${PIPELINE}\`\`\`\n`);
  const includes = example?.includes ?? [];

  test('includes the components of its own commit', () => {
    const places = includes.map(({ project, component, version }) => `${project}${component}@${version}`);
    expect(places).toEqual(
      ['build', 'build-staged'].map((name) => `$CI_SERVER_FQDN/$CI_PROJECT_PATH/${name}@$CI_COMMIT_SHA`),
    );
  });

  test('needs jobs that the components add, and each is another one', () => {
    const added = includes.flatMap(jobsOfInclude);
    const { check, 'check-staged': staged } = parse(PIPELINE) as Record<string, { needs?: readonly string[] }>;
    expect(added).toEqual(expect.arrayContaining([...(check?.needs ?? []), ...(staged?.needs ?? [])]));
    expect(new Set(added).size).toBe(added.length);
  });

  test('builds an app that is there', () => {
    const paths = includes.map(({ inputs }) => inputs['path']);
    expect(paths.filter((folder) => !existsSync(path.join(ROOT, 'gitlab', String(folder))))).toEqual([]);
  });
});

test.each([
  ['https://gitlab.com/group/team/buildpacks-ci.git', 'group/team/buildpacks-ci'],
  ['GROUP/buildpacks-ci', 'GROUP/buildpacks-ci'],
])('the notes of a release have the line that includes it from %s', (project, place) => {
  expect(includeLine(project, '1.2.0')).toBe(`- component: $CI_SERVER_FQDN/${place}/build@1.2.0`);
});

test('the licence is the one of the project', () => {
  expect(read('gitlab/LICENSE.md')).toBe(read('LICENSE'));
});
