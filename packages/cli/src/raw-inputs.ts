import { type InputDefinition, INPUTS, type RawInputs, variableInputs } from '@buildpacks-ci/core';

/**
 * Inputs as core's `parseInputs` takes them. Flags win over `BUILDPACKS_CI_<NAME>` variables; a list from flags has one item per
 * flag, one from a variable has one per line. Flags that are no inputs are left out.
 *
 * @param own inputs that only the command has
 */
export function rawInputs(
  flags: ReadonlyMap<string, readonly string[]>,
  environment: Readonly<Record<string, string>>,
  own: readonly InputDefinition[] = [],
): RawInputs {
  const inputs = [...INPUTS, ...own];
  const given = inputs.flatMap(({ name, type }) => {
    const values = flags.get(name);
    return values === undefined ? [] : [[name, type === 'list' ? values : values.at(-1)] as const];
  });
  return { ...variableInputs(environment, inputs), ...Object.fromEntries(given) };
}
