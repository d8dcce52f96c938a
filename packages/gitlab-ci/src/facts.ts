import type { CiFacts } from '@buildpacks-ci/core';

type Environment = Readonly<Record<string, string>>;

/** Sources of pipelines that run on a branch or a tag: how far they are trusted depends on whether it is protected. */
const REF_SOURCES: ReadonlySet<string> = new Set([
  'push',
  'web',
  'webide',
  'api',
  'trigger',
  'pipeline',
  'parent_pipeline',
  'schedule',
  'chat',
  'security_orchestration_policy',
  'pipeline_execution_policy',
  'pipeline_execution_policy_schedule',
]);

/** They run code that somebody wants to have merged, also in the result of the merge and in a merge train. */
const REQUEST_SOURCES: ReadonlySet<string> = new Set(['merge_request_event', 'external_pull_request_event']);

/**
 * What GitLab knows about this job, from its predefined variables. A child pipeline has the variables of the merge request that its
 * parent is of, and its source is its parent's job. A source that is not known is untrusted.
 *
 * @see https://docs.gitlab.com/ci/variables/predefined_variables/
 */
export function readFacts(environment: Environment): CiFacts {
  const source = environment['CI_PIPELINE_SOURCE'] ?? '';
  const trust = trustOf(source, environment);
  const ref = isRequest(source, environment) ? requestRef(environment) : commitRef(environment);
  const defaultBranch = given(environment, 'CI_DEFAULT_BRANCH');
  const baseRef =
    given(environment, 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME') ??
    given(environment, 'CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME');
  const sha = given(environment, 'CI_COMMIT_SHA');
  const project = given(environment, 'CI_PROJECT_URL');
  const time = Date.parse(environment['CI_COMMIT_TIMESTAMP'] ?? '');
  return {
    trust,
    ...(ref !== undefined && { ref }),
    ...(baseRef !== undefined && { baseRef: `refs/heads/${baseRef}` }),
    ...(defaultBranch !== undefined && { defaultBranch }),
    // What outsiders start must not get the default branch's tag, whatever ref it runs on.
    ...(trust === 'untrusted' && { isDefaultBranch: false }),
    ...(sha !== undefined && { sha }),
    ...(project !== undefined && { repository: `${project}.git` }),
    ...(!Number.isNaN(time) && { commitTime: Math.floor(time / 1000) }),
    ...(source === 'schedule' && { scheduled: true }),
  };
}

/** `docs/inputs.md`, the table of trust. */
function trustOf(source: string, environment: Environment): CiFacts['trust'] {
  if (isRequest(source, environment) || !REF_SOURCES.has(source)) return 'untrusted';
  switch (environment['CI_COMMIT_REF_PROTECTED']) {
    case 'true':
      return 'trusted';
    case 'false':
      return 'unprotected';
    default:
      return 'untrusted';
  }
}

const REQUEST_VARIABLES = ['CI_MERGE_REQUEST_IID', 'CI_MERGE_REQUEST_ID', 'CI_EXTERNAL_PULL_REQUEST_IID'];

function isRequest(source: string, environment: Environment): boolean {
  return REQUEST_SOURCES.has(source) || REQUEST_VARIABLES.some((name) => given(environment, name) !== undefined);
}

/** `refs/merge-requests/7/head`, `…/merge` for merged results, `…/train` in a merge train. */
function requestRef(environment: Environment): string | undefined {
  const merge = given(environment, 'CI_MERGE_REQUEST_IID');
  if (merge !== undefined)
    return given(environment, 'CI_MERGE_REQUEST_REF_PATH') ?? `refs/merge-requests/${merge}/head`;
  const external = given(environment, 'CI_EXTERNAL_PULL_REQUEST_IID');
  return external === undefined ? commitRef(environment) : `refs/pull/${external}/head`;
}

function commitRef(environment: Environment): string | undefined {
  const tag = given(environment, 'CI_COMMIT_TAG');
  if (tag !== undefined) return `refs/tags/${tag}`;
  const branch = given(environment, 'CI_COMMIT_BRANCH') ?? given(environment, 'CI_COMMIT_REF_NAME');
  return branch === undefined ? undefined : `refs/heads/${branch}`;
}

function given(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === '' ? undefined : value;
}
