import { type BuildResult, renderResult, resultJson } from '@buildpacks-ci/core';
import { flagValue, type Invocation } from '../command.ts';

/** Prints what a build did as a table, or with `--json` as `result.json` has it. */
export function printResult(result: BuildResult, invocation: Invocation): void {
  const asJson = flagValue(invocation, 'json') === 'true';
  invocation.console.print(asJson ? resultJson(result) : `${renderResult(result).join('\n')}\n`);
}
