import { environmentName } from '@buildpacks-ci/core';
import { CACHE_DIRECTORY } from './files.ts';
import { CACHE_POLICY } from './job-inputs.ts';
import { CACHE_STORE } from './variables.ts';
import { valueOf, type YamlMapping } from './yaml-value.ts';

const KEY = 'buildpacks-ci-$[[ inputs.job-name ]]';
const STORE = environmentName(CACHE_STORE);

/** The hidden job that says where the layer cache is; the input `gitlab-cache` chooses by its value, which is part of the name. */
export const CACHE_JOB = '.$[[ inputs.job-name ]]:gitlab-cache:$[[ inputs.gitlab-cache ]]';

/**
 * A job has `cache:` or has it not, so there are two hidden ones to extend. Without it a job neither looks for a cache of GitLab's nor
 * tries to save an empty one.
 *
 * Who may write what is decided by the program, for GitLab's cache as for every other store; the key by branch only keeps branches from
 * replacing each other's archive.
 */
export function cacheJobs(): YamlMapping {
  return {
    [CACHE_JOB.replace(valueOf('gitlab-cache'), 'false')]: {
      variables: { [STORE]: { value: valueOf(CACHE_STORE), expand: false } },
    },
    [CACHE_JOB.replace(valueOf('gitlab-cache'), 'true')]: {
      variables: {
        [STORE]: { value: `dir:${CACHE_DIRECTORY}\n${valueOf(CACHE_STORE)}`, expand: false },
        [CACHE_POLICY]: 'pull-push',
      },
      cache: {
        key: `${KEY}-$CI_COMMIT_REF_SLUG`,
        fallback_keys: [`${KEY}-$CI_DEFAULT_BRANCH`],
        paths: [`${CACHE_DIRECTORY}/`],
        policy: `$${CACHE_POLICY}`,
      },
    },
  };
}
