import { nearestName } from '../errors/nearest-name.ts';
import type { InputDefinition } from './definition.ts';
import type { RawInputs } from './reader.ts';
import { environmentName, INPUTS } from './schema.ts';

/** What the variables of inputs begin with. */
const PREFIX = 'BUILDPACKS_CI_';

/**
 * Inputs as `parseInputs` takes them, from `BUILDPACKS_CI_<NAME>` variables; a list has one item per line.
 *
 * @param inputs of another command than a build
 */
export function variableInputs(
  environment: Readonly<Record<string, string>>,
  inputs: readonly Pick<InputDefinition, 'name'>[] = INPUTS,
): RawInputs {
  return Object.fromEntries(inputs.map(({ name }) => [name, environment[environmentName(name)]]));
}

/**
 * Variables that look like inputs and are none: a misspelt setting would otherwise be ignored without a word.
 *
 * @param own the names of inputs that only the adapter has
 */
export function unknownVariables(
  environment: Readonly<Record<string, string>>,
  own: readonly string[] = [],
): readonly string[] {
  const known = [...INPUTS.map(({ name }) => name), ...own].map(environmentName);
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => {
      const meant = nearestName(name, known);
      return `the environment variable ${name} is no input${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}
