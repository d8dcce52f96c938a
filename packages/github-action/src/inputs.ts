import { readdirSync } from 'node:fs';
import path from 'node:path';
import {
  CI_INPUTS,
  type InputDefinition,
  InputError,
  type InputProblem,
  mistakenInput,
  type RawInputs,
} from '@buildpacks-ci/core';
import { ACTION_INPUTS, type GITHUB_INPUTS } from './definitions.ts';

/** What a workflow has written after `with:`. */
export interface ActionInputs {
  /** Those that core knows, as it takes them. */
  readonly core: RawInputs;
  /** `cache-store` is given: the cache is no matter of defaults. */
  readonly namesCacheStore: boolean;
  readonly githubToken: string;
  readonly summary: boolean;
  /** Empty: none. */
  readonly sbomArtifact: string;
  readonly dependencySubmission: boolean;
  readonly problems: readonly InputProblem[];
}

const PREFIX = 'INPUT_';

/**
 * Takes the inputs from the variables in which the runner gives them: upper case, with hyphens. Empty text means absent.
 *
 * @param debug the job's debug logging, which is for us and the lifecycle too
 */
export function readActionInputs(environment: Readonly<Record<string, string>>, debug: boolean): ActionInputs {
  const problems: InputProblem[] = [];
  const text = (name: string) => environment[inputVariable(name)]?.trim() ?? '';
  const flag = (name: (typeof GITHUB_INPUTS)[number]['name']) =>
    readFlag(name, text(name) || ACTION_INPUTS.find((input) => input.name === name)?.default || 'false', problems);
  return {
    core: {
      ...Object.fromEntries(CI_INPUTS.map(({ name }) => [name, environment[inputVariable(name)]])),
      'cache-store': text('cache-store') || 'github',
      ...(debug && { 'log-level': 'debug' }),
    },
    namesCacheStore: text('cache-store') !== '',
    githubToken: text('github-token'),
    summary: flag('summary'),
    sbomArtifact: artifactName(text('sbom-artifact'), problems),
    dependencySubmission: flag('dependency-submission'),
    problems: [...problems, ...mistakes(environment, ACTION_INPUTS)],
  };
}

/** An input that is on or off; what is neither is noted. */
export function readFlag(name: string, value: string, problems: InputProblem[]): boolean {
  if (!/^(?:true|True|TRUE|false|False|FALSE)$/.test(value))
    problems.push({ input: name, message: `"${value}" is not a boolean`, hint: 'Write true or false.' });
  return value.toLowerCase() === 'true';
}

/** @see https://github.com/actions/toolkit/blob/main/packages/artifact/docs/faq.md for what a name may not have */
function artifactName(name: string, problems: InputProblem[]): string {
  if (/["<>:|*?\r\n\\/]/.test(name))
    problems.push({
      input: 'sbom-artifact',
      message: `"${name}" is no name`,
      hint: 'Leave out " < > : | * ? \\ and /.',
    });
  return name;
}

/** `INPUT_RUN-IMAGE` for `run-image`. */
export function inputVariable(name: string): string {
  return `${PREFIX}${name.toUpperCase()}`;
}

/**
 * GitHub only warns of inputs that an action does not have. Those that people bring from other actions, and slips, are errors here; any
 * other such variable may be the job's own.
 */
export function mistakes(
  environment: Readonly<Record<string, string>>,
  inputs: readonly InputDefinition[],
): readonly InputProblem[] {
  const names = new Set(inputs.map(({ name }) => name));
  const known = new Set([...names].map(inputVariable));
  return Object.entries(environment)
    .filter(([name, value]) => name.startsWith(PREFIX) && !known.has(name) && value !== '')
    .flatMap(([name]) => mistakenInput(name.slice(PREFIX.length).toLowerCase(), names) ?? []);
}

/**
 * The mistake that is made most: a workflow without a checkout.
 *
 * @throws InputError when the app is looked for in a workspace that has nothing in it
 */
export function requireCheckout({ path: app }: RawInputs, workspace: string): void {
  const target = path.resolve(workspace, typeof app === 'string' ? app.trim() : '');
  if (path.relative(workspace, target).startsWith('..') || !isEmpty(workspace)) return;
  throw new InputError([
    {
      input: 'path',
      message: `there is nothing to build: the workspace "${workspace}" is empty`,
      hint: 'Add a step with "uses: actions/checkout" before this one.',
    },
  ]);
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch {
    return true;
  }
}
