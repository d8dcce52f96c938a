import { BUILD_SCRIPT, CI_INPUTS, type InputDefinition, REBASE_INPUTS } from '@buildpacks-ci/core';
import { GITLAB_INPUTS } from '../definitions.ts';
import { buildJobs } from './build-jobs.ts';
import { jobInputs, rebaseJobInputs } from './job-inputs.ts';
import { rebaseJobs } from './rebase-jobs.ts';
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

/** Secrets are no inputs of a component: a pipeline's configuration is no place for them, and a variable of the project is one. */
const SHARED: readonly InputDefinition[] = CI_INPUTS.filter((input: InputDefinition) => input.secret !== true);

/** What only our program for GitLab has is about handing a build over from job to job. */
const STAGED: readonly InputDefinition[] = [...SHARED, ...GITLAB_INPUTS];

/** Of a rebase, in the same way. */
const REBASE: readonly InputDefinition[] = REBASE_INPUTS.filter(({ secret }) => secret !== true);

/**
 * Every component.
 *
 * @param toolImage the tool image of this release, `name@sha256:…`
 */
export function templates(toolImage: string): readonly Template[] {
  return [
    {
      name: 'build',
      spec: specDocument([...SHARED.map(specInput), ...jobInputs(toolImage)]),
      jobs: buildJobs(SHARED),
    },
    {
      name: 'build-staged',
      spec: specDocument([...STAGED.map(stagedInput), ...jobInputs(toolImage)]),
      jobs: stagedJobs(STAGED, BUILD_SCRIPT),
    },
    {
      name: 'rebase',
      spec: specDocument([...REBASE.map(specInput), ...rebaseJobInputs(toolImage)]),
      jobs: rebaseJobs(REBASE),
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
