import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import {
  type CiFacts,
  collectProblems,
  parseRebaseJob,
  parseTargetDirectory,
  type RebaseJob,
  rebaseFailure,
  rebaseImages,
  renderRebase,
} from '@buildpacks-ci/core';
import { readFacts } from '../facts.ts';
import { writeOutputs } from '../outputs.ts';
import { withPorts } from '../ports.ts';
import { withToken } from '../request.ts';
import { effectiveInputs } from '../summary.ts';
import type { RebaseRun } from './action.ts';
import { REBASE_ACTION_INPUTS } from './definitions.ts';
import { outputsOf, reportRebase } from './report.ts';

/**
 * The step: rebases or tells what is outdated, and reports before it fails.
 *
 * @throws InputError, BuildpacksError as `rebaseImages` and `rebaseFailure` of core do
 */
export async function runRebaseStep(run: RebaseRun): Promise<void> {
  const { host, log } = run;
  const facts = await readFacts(host.environment);
  const job = readJob(run, facts);
  for (const notice of job.notices) log.info(notice);
  for (const { name, value } of effectiveInputs(host.environment, REBASE_ACTION_INPUTS)) log.debug(`${name}: ${value}`);
  const directory = await reportDirectory(run);
  await withPorts(job.request.connection, run, async (ports) => {
    const report = await rebaseImages(job.request, ports);
    log.endPhase();
    for (const line of renderRebase(report)) log.info(line);
    writeOutputs(outputsOf(report, directory), host.toolkit);
    await reportRebase({ ...run, report, directory, ports, facts, trusted: job.trust !== 'untrusted' });
    const failure = rebaseFailure(report);
    if (failure !== undefined) throw failure;
  });
}

function readJob({ inputs, host }: RebaseRun, facts: CiFacts): RebaseJob {
  const { environment, machine, clock } = host;
  const context = { environment, workingDirectory: machine.workingDirectory, now: clock.now(), facts };
  const job = collectProblems(inputs.problems, () => parseRebaseJob(inputs.core, context));
  const connection = withToken(job.request.connection, inputs.githubToken, environment);
  return { ...job, request: { ...job.request, connection } };
}

/**
 * Where the user wants the files, else where the runner cleans up after the job.
 *
 * @throws InputError where a link of the checkout would lead elsewhere
 */
async function reportDirectory({ inputs, host: { machine } }: RebaseRun): Promise<string> {
  const { reportDirectory: text } = inputs;
  if (text !== '') return parseTargetDirectory(text, machine.workingDirectory, 'report-directory');
  return mkdtemp(path.join(machine.temporary, 'buildpacks-ci-rebase-'));
}
