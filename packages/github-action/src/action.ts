import path from 'node:path';
import { BuildpacksError, exitStatusOf, logLevelOf } from '@buildpacks-ci/core';
import type { SourceTree } from './annotations.ts';
import type { Host } from './host.ts';
import { type ActionInputs, readActionInputs } from './inputs.ts';
import { type ActionLog, createActionLog } from './log.ts';
import { runPost } from './post.ts';
import { runStep } from './step.ts';

/** What one start of the action works with. */
export interface Run {
  readonly inputs: ActionInputs;
  readonly host: Host;
  readonly log: ActionLog;
}

/** What tells the runner's second start, after the job, from the first. */
const STARTED = 'started';

/** Runs the step, or what follows the job; gives the exit status. */
export async function runAction(host: Host): Promise<number> {
  const { environment, toolkit, clock, machine } = host;
  const inputs = readActionInputs(environment, toolkit.isDebug());
  const level = logLevelOf(inputs.core['log-level']);
  const log = createActionLog({ toolkit, clock, level, sources: sourceTree(inputs, machine.workingDirectory) });
  const run = { inputs, host, log };
  maskInputs(inputs, log);
  if (toolkit.getState(STARTED) !== '') return finish(run);
  toolkit.saveState(STARTED, 'true');
  return conclude(run, async () => {
    requireLinux(host);
    await runStep(run);
  });
}

/** Does the work of a step; gives the exit status, and tells what went wrong. */
export async function conclude(
  { host: { signal }, log }: Pick<Run, 'host' | 'log'>,
  work: () => Promise<void>,
): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    // What a cancelled run threw while it was torn down matters less than who cancelled it.
    const told: unknown = signal.aborted ? signal.reason : error;
    log.fail(told);
    return exitStatusOf(told);
  }
}

/** Those that are secret as a whole; in the others core finds what is. */
function maskInputs({ githubToken, core }: ActionInputs, log: ActionLog): void {
  for (const secret of [githubToken, core['cache-sign-key']])
    if (typeof secret === 'string' && secret !== '') log.mask(secret);
}

/** Never fails: the job has had its result. */
async function finish(run: Run): Promise<number> {
  await runPost(run).catch((error: unknown) => {
    run.log.debug(`nothing was tidied up: ${String(error)}`);
  });
  return 0;
}

function sourceTree({ core }: ActionInputs, workspace: string): SourceTree {
  const { path: app, descriptor } = core;
  const directory = path.resolve(workspace, typeof app === 'string' ? app.trim() : '');
  const file = typeof descriptor === 'string' ? descriptor.trim() : '';
  return { workspace, app: file === '' ? directory : path.dirname(path.resolve(workspace, file)) };
}

/** @throws BuildpacksError `engine` on Windows and macOS */
function requireLinux({ system }: Host): void {
  if (system === 'linux') return;
  throw new BuildpacksError('engine', `this runner is "${system}", and images can be built on Linux only`, {
    hint: 'Use "runs-on: ubuntu-latest", or a self-hosted runner on Linux.',
  });
}
