import type { InputDefinition } from '@buildpacks-ci/core';
import { CACHE_JOB, CACHE_JOBS } from './cache-jobs.ts';
import { COMMON, JOB, REPORTS, script, TOOL_IMAGE } from './job-parts.ts';
import { TAG_JOB, TAG_JOBS } from './tag-jobs.ts';
import { inputVariables } from './variables.ts';
import type { YamlMapping } from './yaml-value.ts';

/** The whole build in one job, which runs in the tool image. */
export function buildJobs(inputs: readonly InputDefinition[]): YamlMapping {
  return {
    ...TAG_JOBS,
    ...CACHE_JOBS,
    [JOB]: {
      extends: [TAG_JOB, CACHE_JOB],
      ...COMMON,
      image: TOOL_IMAGE,
      variables: inputVariables(inputs),
      script: script('build'),
      artifacts: REPORTS,
    },
  };
}
