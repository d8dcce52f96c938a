import { environmentName, INPUTS, nearestName, type RawInputs } from '@buildpacks-ci/core';

/** What the variables of inputs begin with. */
const PREFIX = 'BUILDPACKS_CI_';

/**
 * Inputs as core's `parseInputs` takes them. Flags win over `BUILDPACKS_CI_<NAME>` variables; a list from flags has one item per
 * flag, one from a variable has one per line. Flags that are no inputs are left out.
 */
export function rawInputs(
  flags: ReadonlyMap<string, readonly string[]>,
  environment: Readonly<Record<string, string>>,
): RawInputs {
  return Object.fromEntries(
    INPUTS.map(({ name, type }) => {
      const given = flags.get(name);
      if (given === undefined) return [name, environment[environmentName(name)]];
      return [name, type === 'list' ? given : given.at(-1)];
    }),
  );
}

/** Variables that look like inputs and are none: a misspelt setting would otherwise be ignored without a word. */
export function unknownVariables(environment: Readonly<Record<string, string>>): readonly string[] {
  const known = INPUTS.map(({ name }) => environmentName(name));
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => {
      const meant = nearestName(name, known);
      return `the environment variable ${name} is no input${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}
