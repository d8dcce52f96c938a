import type { InputDefinition } from '@buildpacks-ci/core';
import { COMMON, JOB, REBASE_REPORTS, script, TOOL_IMAGE } from './job-parts.ts';
import { TAG_JOB, TAG_JOBS } from './tag-jobs.ts';
import { inputVariables } from './variables.ts';
import type { YamlMapping } from './yaml-value.ts';

/** Images are rebased in one job, which needs nothing of the project. */
export function rebaseJobs(inputs: readonly InputDefinition[]): YamlMapping {
  return {
    ...TAG_JOBS,
    [JOB]: {
      extends: TAG_JOB,
      ...COMMON,
      image: TOOL_IMAGE,
      variables: inputVariables(inputs),
      script: script('rebase'),
      artifacts: REBASE_REPORTS,
    },
  };
}
