import { environmentName, INPUTS, REBASE_INPUTS } from '@buildpacks-ci/core';
import { describe, expect, test } from 'vitest';
import { renderTemplates } from '../../../../scripts/gitlab-templates.ts';
import { interpolate, readComponent } from '../../../../test/support/gitlab-interpolation.ts';
import { type Job, jobsOf } from '../../../../test/support/gitlab-jobs.ts';

const COMPONENTS = [...renderTemplates()].map(([file, text]) => [file, readComponent(text)] as const);
/** What `build-staged` must be given. */
const BUILDER = 'builder.example/base@sha256:0';

const NAMES = new Set<string>([...INPUTS, ...REBASE_INPUTS].map(({ name }) => name));

/** What could be read as YAML, as a shell's, or as GitLab's own, if it were ever pasted into a text. */
const NASTY: readonly (readonly [string, string])[] = [
  ['a boolean of YAML', 'true'],
  ['a boolean of YAML 1.1', 'off'],
  ['an octal number', '0123'],
  ['a float', '1e3'],
  ['nothing', 'null'],
  ['a tilde', '~'],
  ['an item of a list', '- x'],
  ['a mapping', 'script: [env]'],
  ['a comment', 'x # y'],
  ['an anchor, an alias and a tag', '&a *a !reference [a, script]'],
  ['quotes of both kinds', `it's "so"`],
  ['the end of an interpolation', ']] }}'],
  ['an interpolation', '$[[ inputs.job-name ]]'],
  ['an interpolation with a function', '$[[ inputs.image | expand_vars ]]'],
  ['variables of GitLab and of a shell', '$CI_JOB_TOKEN ${CI_REGISTRY_PASSWORD} %CD% $$'],
  ['a command of a shell', '$(id); `id` && id'],
  ['backslashes', String.raw`C:\1\0 \\ \n \'`],
  ['several lines', 'K=V\nL=W\n'],
  ['several lines with a job in them', 'x\nevil:\n  script: id\n---\nspec: {}'],
  ['carriage returns and other ends of lines', 'a\r\nb\u0085c\u2028d'],
  ['blanks around it and tabs in it', '  a\tb  '],
  ['a leading dash', '--publish'],
  ['other scripts and symbols', 'größe 漢字 🚀'],
];

describe.each(COMPONENTS)('%s', (_, component) => {
  const free = Object.entries(component.inputs)
    .filter(([, { type, options, regex }]) => type === 'string' && options === undefined && regex === undefined)
    .map(([name]) => name)
    .filter((name) => name !== 'builder' && NAMES.has(name));
  const base = 'builder' in component.inputs ? { builder: BUILDER } : {};

  const jobsWith = (value: string): Readonly<Record<string, Job>> =>
    jobsOf(interpolate(component, { ...base, ...Object.fromEntries(free.map((name) => [name, value])) }));

  test.each(NASTY)('brings %s to the program as it was written', (__, value) => {
    const jobs = Object.values(jobsWith(value)).filter(({ variables }) => environmentName(free[0] ?? '') in variables);
    expect(jobs.length).toBeGreaterThan(0);
    for (const { variables } of jobs) {
      const arrived = free.map((name) => variables[environmentName(name)]?.text);
      expect(arrived).toEqual(free.map(() => value));
    }
  });

  test.each(NASTY)('is the same pipeline otherwise with %s', (__, value) => {
    const untouched = jobsOf(interpolate(component, base));
    expect(withoutValues(jobsWith(value))).toEqual(withoutValues(untouched));
  });

  test.each([
    ['an unknown input', { builders: BUILDER }, 'unknown input: builders'],
    ['a boolean in quotes', { offline: 'true' }, 'not a boolean'],
    ['a value that is no option', { trust: 'often' }, 'not in the list of allowed options'],
    ['what is no number', { ['uid' in component.inputs ? 'uid' : 'parallel']: '1000; id' }, 'does not match'],
    ['a name of a job with a path in it', { 'job-name': '../x' }, 'does not match'],
    ['a prefix without its slash', { 'registry-prefix': 'registry.example/mirror' }, 'does not match'],
    ['a tool image with a blank', { 'tool-image': 'a b' }, 'does not match'],
  ])('is refused with %s', (__, given, message) => {
    expect(() => interpolate(component, { ...base, ...given })).toThrow(message);
  });
});

/** The jobs, with no more of their variables than the names. */
function withoutValues(jobs: Readonly<Record<string, Job>>): unknown {
  return Object.entries(jobs).map(([name, { keys, variables }]) => [
    name,
    { ...keys, variables: Object.keys(variables) },
  ]);
}
