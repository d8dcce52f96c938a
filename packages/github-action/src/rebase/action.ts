import { logLevelOf } from '@buildpacks-ci/core';
import { conclude } from '../action.ts';
import type { Host } from '../host.ts';
import { createActionLog, type ActionLog } from '../log.ts';
import { type RebaseActionInputs, readRebaseInputs } from './inputs.ts';
import { runRebaseStep } from './step.ts';

/** What one start of the action works with. */
export interface RebaseRun {
  readonly inputs: RebaseActionInputs;
  readonly host: Host;
  readonly log: ActionLog;
}

/** Runs the step that rebases; gives the exit status. */
export async function runRebaseAction(host: Host): Promise<number> {
  const { environment, toolkit, clock, machine } = host;
  const inputs = readRebaseInputs(environment, toolkit.isDebug());
  const level = logLevelOf(inputs.core['log-level']);
  const sources = { workspace: machine.workingDirectory, app: machine.workingDirectory };
  const log = createActionLog({ toolkit, clock, level, sources });
  if (inputs.githubToken !== '') log.mask(inputs.githubToken);
  const run = { inputs, host, log };
  return conclude(run, () => runRebaseStep(run));
}
