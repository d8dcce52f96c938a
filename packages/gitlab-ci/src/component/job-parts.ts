import { TOOL_FOLDER } from '@buildpacks-ci/core';
import { ANNOTATIONS, BILLS, DOTENV, REBASE_JSON, REBASE_MARKDOWN, RESULT } from './files.ts';
import { valueOf, type YamlMapping } from './yaml-value.ts';

/** The name of the job that has the result: others `need` it, and it is the same in both components. */
export const JOB = valueOf('job-name');

/** Registry trouble that may be over a moment later; all other failures stay as they are. */
const TEMPORARY = 111;

/** What every job has. */
export const COMMON: YamlMapping = {
  stage: valueOf('stage'),
  rules: valueOf('rules'),
  retry: { max: 1, exit_codes: [TEMPORARY] },
};

/** The image that our programs are in. */
export const TOOL_IMAGE: YamlMapping = image('tool-image');

/** What is known about the build, kept when it has failed as well. */
export const REPORTS: YamlMapping = {
  when: 'always',
  paths: [RESULT, BILLS],
  reports: { dotenv: DOTENV, cyclonedx: BILLS, annotations: ANNOTATIONS },
};

/** What a rebase did, kept when some images were left as well. */
export const REBASE_REPORTS: YamlMapping = {
  when: 'always',
  paths: [REBASE_JSON, REBASE_MARKDOWN],
  reports: { dotenv: DOTENV },
};

/** An image that the runner starts: from the registry that the instance has for them, and without a program of its own. */
export function image(input: string): YamlMapping {
  return { name: `${valueOf('registry-prefix')}${valueOf(input)}`, entrypoint: [''] };
}

/** By its path: pipelines have a `PATH` for their own programs, and a report of an earlier job can bring another one. */
export function script(command: 'build' | 'prepare' | 'publish' | 'rebase'): readonly string[] {
  return [`${TOOL_FOLDER}/bin/buildpacks-ci-gitlab ${command}`];
}
