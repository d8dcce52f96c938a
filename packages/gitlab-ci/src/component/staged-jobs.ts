import type { InputDefinition } from '@buildpacks-ci/core';
import { CACHE_JOB, CACHE_JOBS } from './cache-jobs.ts';
import { BUILT, PLAN_DOTENV, PREPARED } from './files.ts';
import { CACHE_POLICY } from './job-inputs.ts';
import { COMMON, image, JOB, REPORTS, script, TOOL_IMAGE } from './job-parts.ts';
import { TAG_JOB, TAG_JOBS } from './tag-jobs.ts';
import { inputVariables } from './variables.ts';
import type { YamlMapping } from './yaml-value.ts';

const PREPARE = `${JOB}:prepare`;
const RUN = `${JOB}:run`;
/** A hidden job: two jobs get the same inputs. */
const INPUTS = `.${JOB}:inputs`;

/** What one job hands to the next: nobody needs it afterwards, and nobody is to have it besides. */
const HANDED_OVER: YamlMapping = { expire_in: '1 day', access: 'none' };

/**
 * The build in three jobs: only the outer two have our program and its credentials, and the middle one is the builder image itself as
 * its own user.
 *
 * @param buildScript what the middle job runs: the same text for every build
 */
export function stagedJobs(inputs: readonly InputDefinition[], buildScript: string): YamlMapping {
  return {
    ...TAG_JOBS,
    ...CACHE_JOBS,
    [INPUTS]: { extends: [TAG_JOB, CACHE_JOB], variables: inputVariables(inputs) },
    [PREPARE]: {
      extends: INPUTS,
      ...COMMON,
      image: TOOL_IMAGE,
      variables: { [CACHE_POLICY]: 'pull' },
      script: script('prepare'),
      artifacts: { paths: [`${PREPARED}/`], reports: { dotenv: PLAN_DOTENV }, ...HANDED_OVER },
    },
    [RUN]: {
      extends: TAG_JOB,
      ...COMMON,
      // The pipeline's own variables, which the buildpacks could read; those of the project's settings GitLab gives to every job.
      inherit: { variables: false },
      image: image('builder'),
      needs: [{ job: PREPARE, artifacts: true }],
      variables: { GIT_STRATEGY: 'none' },
      script: [buildScript],
      artifacts: { paths: [`${BUILT}/`], ...HANDED_OVER },
    },
    [JOB]: {
      extends: INPUTS,
      ...COMMON,
      image: TOOL_IMAGE,
      needs: [
        { job: PREPARE, artifacts: true },
        { job: RUN, artifacts: true },
      ],
      script: script('publish'),
      artifacts: REPORTS,
    },
  };
}
