import { type InputDefinition, INPUTS } from '@buildpacks-ci/core';
import { buildJobs } from './build-jobs.ts';
import { jobInputs } from './job-inputs.ts';
import { specDocument, specInput } from './spec-input.ts';
import type { YamlMapping } from './yaml-value.ts';

/** A component: a file of two YAML documents. */
export interface Template {
  /** Its name in `$CI_SERVER_FQDN/<project>/<name>@<version>`. */
  readonly name: string;
  readonly spec: YamlMapping;
  readonly jobs: YamlMapping;
}

/**
 * Every component.
 *
 * @param toolImage the tool image of this release, `name@sha256:…`
 */
export function templates(toolImage: string): readonly Template[] {
  const inputs = componentInputs(INPUTS);
  return [
    {
      name: 'build',
      spec: specDocument([...inputs.map(specInput), ...jobInputs(toolImage)]),
      jobs: buildJobs(inputs),
    },
  ];
}

/** Those that are no secrets: a pipeline's configuration is no place for these, and a variable of the project's settings is one. */
export function componentInputs(inputs: readonly InputDefinition[]): readonly InputDefinition[] {
  return inputs.filter(({ secret }) => secret !== true);
}
