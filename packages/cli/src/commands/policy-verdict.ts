import { checkJson, type CheckOutcome, checkVerdict, renderCheck } from '@buildpacks-ci/core';
import { flagValue, type Invocation } from '../command.ts';

/**
 * Prints what policies say.
 *
 * @throws BuildpacksError when not all is allowed
 */
export function tellVerdict(outcome: CheckOutcome, invocation: Invocation): void {
  const asJson = flagValue(invocation, 'json') === 'true';
  invocation.console.print(asJson ? checkJson(outcome) : `${renderCheck(outcome).join('\n')}\n`);
  const verdict = checkVerdict(outcome);
  if (verdict !== undefined) throw verdict;
}
