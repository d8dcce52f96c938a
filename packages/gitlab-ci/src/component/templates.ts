import { BUILD_SCRIPT, type InputDefinition, INPUTS } from '@buildpacks-ci/core';
import { GITLAB_INPUTS } from '../definitions.ts';
import { buildJobs } from './build-jobs.ts';
import { jobInputs } from './job-inputs.ts';
import { type SpecInput, specDocument, specInput } from './spec-input.ts';
import { stagedJobs } from './staged-jobs.ts';
import type { YamlMapping } from './yaml-value.ts';

/** A component: a file of two YAML documents. */
export interface Template {
  /** Its name in `$CI_SERVER_FQDN/<project>/<name>@<version>`. */
  readonly name: string;
  readonly spec: YamlMapping;
  readonly jobs: YamlMapping;
}

/** What matters only where a build is handed over from job to job. */
const STAGED_ONLY: ReadonlySet<string> = new Set([
  'accept-job-variables-exposed',
  'hand-over-bindings',
  'artifact-limit',
]);

/** Secrets are no inputs of a component: a pipeline's configuration is no place for them, and a variable of the project is one. */
const ALL: readonly InputDefinition[] = [...INPUTS, ...GITLAB_INPUTS].filter(
  (input: InputDefinition) => input.secret !== true,
);

/**
 * Every component.
 *
 * @param toolImage the tool image of this release, `name@sha256:…`
 */
export function templates(toolImage: string): readonly Template[] {
  const inputs = ALL.filter(({ name }) => !STAGED_ONLY.has(name));
  return [
    {
      name: 'build',
      spec: specDocument([...inputs.map(specInput), ...jobInputs(toolImage)]),
      jobs: buildJobs(inputs),
    },
    {
      name: 'build-staged',
      spec: specDocument([...ALL.map(stagedInput), ...jobInputs(toolImage)]),
      jobs: stagedJobs(ALL, BUILD_SCRIPT),
    },
  ];
}

/** The runner has to know the builder before any program of ours runs, so it is the one input that must be given. */
function stagedInput(input: InputDefinition): SpecInput {
  if (input.name !== 'builder') return specInput(input);
  const description =
    'The builder, `registry/repository@sha256:…`: an image on a registry, which the middle job runs in. By tag only with `allow-builder-tag`, since the runner and the build look tags up separately.';
  return { name: input.name, description, type: 'string', regex: '^\\S+$' };
}
