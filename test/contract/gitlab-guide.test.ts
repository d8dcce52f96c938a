import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { GITLAB_INPUTS } from '../../packages/gitlab-ci/src/definitions.ts';
import { JOB_OUTPUTS } from '../../packages/gitlab-ci/src/outputs.ts';
import { INPUTS } from '../../packages/core/src/inputs/index.ts';
import { pipelineExamples } from '../support/component-includes.ts';
import { ROOT } from '../support/documents.ts';
import { type Component, interpolate, readComponent } from '../support/gitlab-interpolation.ts';
import { jobsOf } from '../support/gitlab-jobs.ts';

const PAGE = readFileSync(path.join(ROOT, 'docs/gitlab.md'), 'utf8');
const ENGINE_FOLDER = path.join(ROOT, 'packages/core/src/engine/rootfs');
const ENGINE = globSync('**/*.ts', { cwd: ENGINE_FOLDER })
  .map((file) => readFileSync(path.join(ENGINE_FOLDER, file), 'utf8'))
  .join('\n');
const EXAMPLES = pipelineExamples(PAGE).filter(({ includes }) => includes.length > 0);

describe('the pipelines of a page', () => {
  const page = (yaml: string) => `# Page\n\n## Part\n\n\`\`\`yaml\n${yaml}\`\`\`\n`;

  test('are its YAML, with what they include', () => {
    const pipeline = 'include:\n  - component: $HOST/a/b/build@1.0.0\n    inputs:\n      c: d\n';
    const includes = [{ project: '$HOST/a/b/', component: 'build', version: '1.0.0', inputs: { c: 'd' } }];
    expect(pipelineExamples(page(pipeline))).toEqual([{ title: '5, Part', pipeline, includes }]);
  });

  test('are not what is for another program', () => {
    expect(pipelineExamples(page('# config.toml\na: b\n'))).toEqual([]);
  });
});

test('docs/gitlab.md has examples', () => {
  expect(EXAMPLES).not.toEqual([]);
});

describe.each(EXAMPLES.map(({ title, includes }) => [title, includes] as const))('line %s', (_, includes) => {
  test('includes our component by one of the two names, at one version', () => {
    const places = includes.map(({ project, version }) => `${project} ${version}`);
    const known = ['$CI_SERVER_FQDN/GROUP/buildpacks-ci/ 1.0.0', '$CI_SERVER_FQDN/tools/buildpacks-ci/ 1.0.0'];
    expect(places.filter((place) => !known.includes(place))).toEqual([]);
  });

  test('gives inputs that GitLab takes, and jobs of different names', () => {
    const jobs = includes.flatMap(({ component, inputs }) => Object.keys(jobsOf(interpolate(read(component), inputs))));
    expect(jobs).not.toEqual([]);
    expect(new Set(jobs).size).toBe(jobs.length);
  });
});

test('the table of inputs has those that no other CI has', () => {
  const known = new Set<string>(INPUTS.map(({ name }) => name));
  const own = ['build', 'build-staged'].flatMap((component) => Object.keys(read(component).inputs));
  expect(rowsBelow('Inputs')).toEqual(
    new Set([...own, ...GITLAB_INPUTS.map(({ name }) => name)].filter((name) => !known.has(name))),
  );
});

test('the table of variables for later jobs has all of them', () => {
  expect(rowsBelow('Use the image in later jobs')).toEqual(new Set(JOB_OUTPUTS.map(({ name }) => name)));
});

test('the table of refusals quotes what the engine says', () => {
  const [, part = ''] = /^## Runners$([^]*?)^## /m.exec(PAGE) ?? [];
  const [, rows = ''] = /^\| refused since([^]*)/m.exec(part) ?? [];
  const quoted = [...rows.matchAll(/^\| `([^`]*)` /gm)].map(([, text = '']) => text);
  const fragments = quoted.flatMap((text) => text.split(/…|"\/.*"/)).map((text) => text.replaceAll('"', '').trim());
  expect(fragments.length).toBeGreaterThan(quoted.length / 2);
  expect(fragments.filter((text) => !ENGINE.includes(text))).toEqual([]);
});

function read(component: string): Component {
  return readComponent(readFileSync(path.join(ROOT, `gitlab/templates/${component}.yml`), 'utf8'));
}

/** The first words of the rows of the table below a heading. */
function rowsBelow(heading: string): ReadonlySet<string> {
  const [, part = ''] = new RegExp(`^## ${heading}$([^]*?)^## `, 'm').exec(PAGE) ?? [];
  return new Set([...part.matchAll(/^\| `([\w-]+)` /gm)].map(([, name = '']) => name));
}
