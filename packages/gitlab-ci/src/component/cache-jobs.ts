import { environmentName } from '@buildpacks-ci/core';
import { CACHE_DIRECTORY } from './files.ts';
import { CACHE_POLICY } from './job-inputs.ts';
import { CACHE_STORE } from './variables.ts';
import { valueOf, type YamlMapping } from './yaml-value.ts';

const STORE = environmentName(CACHE_STORE);
const KEY = `buildpacks-ci-${valueOf('job-name')}`;

/** The hidden job that says where the layer cache is: the input chooses it by its value, which is part of the name. */
export const CACHE_JOB = hidden(valueOf('gitlab-cache'));

/**
 * A job has `cache:` or has it not, so there are two hidden ones to extend. Without it a job neither looks for a cache of GitLab's nor
 * tries to save an empty one.
 *
 * Who may write what is decided by the program, for GitLab's cache as for every other store; the key by branch only keeps branches from
 * replacing each other's archive.
 */
export const CACHE_JOBS: YamlMapping = {
  [hidden('false')]: {
    variables: { [STORE]: { value: valueOf(CACHE_STORE), expand: false } },
  },
  [hidden('true')]: {
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

function hidden(value: string): string {
  return `.${valueOf('job-name')}:gitlab-cache:${value}`;
}
