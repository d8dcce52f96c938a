import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUILD_SCRIPT } from '../../packages/core/src/build/staged/build-script.ts';
import {
  CI_INPUTS,
  environmentName,
  type InputDefinition,
  withoutLinks,
} from '../../packages/core/src/inputs/index.ts';
import { REBASE_INPUTS } from '../../packages/core/src/rebase/index.ts';
import { GITLAB_INPUTS } from '../../packages/gitlab-ci/src/definitions.ts';
import { renderTemplates } from '../../scripts/gitlab-templates.ts';
import { ROOT } from '../support/documents.ts';
import { type Component, type Config, interpolate, readComponent } from '../support/gitlab-interpolation.ts';
import { jobsOf } from '../support/gitlab-jobs.ts';

const TEMPLATES = [...renderTemplates()];
const ROWS = TEMPLATES.map(([file, text]) => [file, readComponent(text)] as const);
const DEFINITIONS: readonly InputDefinition[] = [...CI_INPUTS, ...GITLAB_INPUTS];
/** What has to be given where it has no default. */
const GIVEN: Config = { builder: 'builder.example/base@sha256:0' };

/** Inputs that are names of images, or parts of them. */
const BUILD_IMAGES = ['image', 'tags', 'builder', 'run-image'];
const REBASE_IMAGES = ['images', 'all', 'tags', 'exclude', 'run-image'];

/** All jobs, as they are with the defaults of every input. */
function defaultJobs(component: Component): ReturnType<typeof jobsOf> {
  const required = Object.entries(component.inputs).filter(([, { default: value }]) => value === undefined);
  return jobsOf(interpolate(component, Object.fromEntries(required.map(([name]) => [name, GIVEN[name]]))));
}

test.each(TEMPLATES)('%s is fresh; "npm run generate" writes it', (file, text) => {
  expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(text);
});

describe.each(ROWS)('%s', (file, component) => {
  const { inputs, jobs } = component;
  const isStaged = file.includes('staged');
  const isRebase = file.includes('rebase');
  const schema: readonly InputDefinition[] = isRebase ? REBASE_INPUTS : CI_INPUTS;
  const known = (isRebase ? REBASE_INPUTS : DEFINITIONS).filter(({ name }) => name in inputs);
  const shared = known.filter(({ name }) => !(isStaged && name === 'builder'));

  test('has every input of the schema that is no secret', () => {
    const wanted = schema.filter(({ secret }) => secret !== true).map(({ name }) => name);
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(wanted));
  });

  test('has inputs about handing over where there is more than one job', () => {
    const own = GITLAB_INPUTS.map(({ name }) => name);
    expect(own.filter((name) => name in inputs)).toEqual(isStaged ? own : []);
  });

  test('has no secret for an input', () => {
    expect(known.filter(({ secret }) => secret === true)).toEqual([]);
  });

  test('asks for nothing but a builder where a job is one', () => {
    const mandatory = Object.keys(inputs).filter((name) => inputs[name]?.default === undefined);
    expect(mandatory).toEqual(isStaged ? ['builder'] : []);
  });

  test.each(shared.map((input) => [input.name, input] as const))('says of %s what the schema says', (name, input) => {
    expect(inputs[name]?.description).toContain(withoutLinks(input.description));
    expect(inputs[name]?.options).toEqual(input.type === 'enum' ? input.values : undefined);
    const absent = input.type === 'boolean' ? input.default === 'true' : (input.default ?? '');
    expect(inputs[name]?.default).toBe(absent);
  });

  test('describes every input in at most 1024 characters, which is what GitLab takes', () => {
    expect(Object.keys(inputs).filter((name) => !/^[A-Z].{5,1022}\.$/s.test(inputs[name]?.description ?? ''))).toEqual(
      [],
    );
  });

  test('has no global keyword', () => {
    const GLOBAL = [
      'default',
      'include',
      'stages',
      'variables',
      'workflow',
      'image',
      'cache',
      'before_script',
      'pages',
    ];
    expect(Object.keys(jobs).filter((name) => GLOBAL.includes(name))).toEqual([]);
  });

  test('names all its jobs after the input job-name, so that it can be included twice', () => {
    expect(Object.keys(jobs).filter((name) => !/^\.?\$\[\[ inputs\.job-name \]\]/.test(name))).toEqual([]);
  });

  test('has no input in a script', () => {
    const scripts = Object.values(jobs).map((job) => (job as Config)['script'] ?? []);
    expect(JSON.stringify(scripts)).not.toContain('$[[');
  });

  test('has everything that a user writes in variables, whole, and expands names of images only', () => {
    const variables = Object.values(defaultJobs(component)).flatMap((job) => Object.entries(job.variables));
    const expanded = variables
      .filter(([name, { raw }]) => !raw && name.startsWith('BUILDPACKS_CI_'))
      .map(([name]) => name);
    const texts = known.filter(({ type }) => type !== 'boolean').map(({ name }) => environmentName(name));
    expect(new Set(expanded.filter((name) => texts.includes(name)))).toEqual(
      new Set((isRebase ? REBASE_IMAGES : BUILD_IMAGES).map(environmentName)),
    );
  });

  test('names the tool image by digest, and no instance of GitLab', () => {
    expect(inputs['tool-image']?.default).toMatch(/^[a-z0-9./-]+@sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify([inputs, jobs])).not.toContain('gitlab.com');
  });
});

describe('the middle job of build-staged', () => {
  const jobs = defaultJobs(readComponent(new Map(TEMPLATES).get('gitlab/templates/build-staged.yml') ?? ''));
  const run = jobs['build-image:run'];

  test('is the builder image and runs the constant script', () => {
    expect(run?.keys['image']).toEqual({ name: GIVEN['builder'], entrypoint: [''] });
    expect(run?.keys['script']).toEqual([BUILD_SCRIPT]);
  });

  test('gets no input, and no variable of the pipeline', () => {
    expect(Object.keys(run?.variables ?? {})).toEqual(['GIT_STRATEGY']);
    expect(run?.keys['inherit']).toMatchObject({ variables: false });
  });

  test('and the first one hand over what nobody can download, for a short time', () => {
    const artifacts = ['build-image:prepare', 'build-image:run'].map((name) => jobs[name]?.keys['artifacts']);
    for (const given of artifacts) expect(given).toMatchObject({ access: 'none', expire_in: '1 day' });
  });
});
