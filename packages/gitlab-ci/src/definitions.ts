import type { InputDefinition } from '@buildpacks-ci/core';

/** Inputs that only this program has, beside those of the schema. What GitLab alone needs to know of a job is in `component/`. */
export const GITLAB_INPUTS = [
  {
    name: 'accept-job-variables-exposed',
    group: 'run',
    type: 'boolean',
    default: 'false',
    description:
      "Accepts that buildpacks see the variables of the job that runs them, the project's and the group's secrets and the job's token among them, and that with this token they can give variables to the jobs after it. In staged mode there is no build without it: GitLab gives every job all of them.",
  },
  {
    name: 'hand-over-bindings',
    group: 'build',
    type: 'boolean',
    default: 'false',
    description:
      'Lets `bindings` into the artifact by which the jobs of the staged mode hand over a build. Who may download artifacts of the project can then read them until they expire.',
  },
  {
    name: 'artifact-limit',
    group: 'cache',
    type: 'number',
    default: '100',
    description:
      'How large an artifact of the staged mode may be, in MB: the value of "Maximum artifacts size" in the settings of the project, its group or the instance. The layer cache is left out where it would be too large with it; an image that is larger by itself fails its job.',
    example: '1000',
  },
] as const satisfies readonly InputDefinition[];

/** Their names. */
export const OWN_INPUTS: readonly string[] = GITLAB_INPUTS.map(({ name }) => name);

type Definition = (typeof GITLAB_INPUTS)[number];

/** The values of these inputs. */
export type GitLabInputs = {
  readonly [D in Definition as D['name']]: D['type'] extends 'number' ? number : boolean;
};
