import { environmentName, type InputDefinition } from '@buildpacks-ci/core';
import { valueOf, type YamlMapping, type YamlValue } from './yaml-value.ts';

/** Names of images, where `$CI_REGISTRY_IMAGE` and the like are wanted. In everything else a `$` is the user's own. */
const EXPANDED: ReadonlySet<string> = new Set(['image', 'images', 'all', 'tags', 'exclude', 'builder', 'run-image']);

/** Has jobs of its own, which also say what GitLab's cache is. */
export const CACHE_STORE = 'cache-store';

/**
 * The variables by which a job gets its inputs, `BUILDPACKS_CI_RUN_IMAGE` for `run-image`. Text of users is in no script: a shell
 * would read it.
 */
export function inputVariables(inputs: readonly InputDefinition[]): YamlMapping {
  const others = inputs.filter(({ name }) => name !== CACHE_STORE);
  return Object.fromEntries(others.map((input) => [environmentName(input.name), variable(input)]));
}

function variable({ name, type }: InputDefinition): YamlValue {
  const literal = type !== 'boolean' && !EXPANDED.has(name);
  return literal ? { value: valueOf(name), expand: false } : valueOf(name);
}
