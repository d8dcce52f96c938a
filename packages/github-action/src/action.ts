import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import {
  build,
  BuildpacksError,
  type BuildRequest,
  type CiFacts,
  createNetwork,
  exitStatusOf,
  InputError,
  parseInputs,
  type Ports,
  renderResult,
  tokenAuth,
} from '@buildpacks-ci/core';
import { readFacts } from './facts.ts';
import type { Host } from './host.ts';
import { type ActionInputs, readActionInputs, requireCheckout } from './inputs.ts';
import { type ActionLog, createActionLog, LOG_LEVELS, type LogLevel } from './log.ts';
import { listArtifacts, outputsOf, type ReportPlaces, writeOutputs } from './outputs.ts';
import { runPost } from './post.ts';

/** What tells the runner's second start, after the job, from the first. */
const STARTED = 'started';

/** Runs the step, or what follows the job; gives the exit status. */
export async function runAction(host: Host): Promise<number> {
  const { environment, toolkit, clock, machine, signal } = host;
  const inputs = readActionInputs(environment);
  const level = levelOf(inputs, toolkit.isDebug());
  const log = createActionLog({ toolkit, clock, level, workspace: machine.workingDirectory });
  if (toolkit.getState(STARTED) !== '') return runPost(inputs, host, log);
  toolkit.saveState(STARTED, 'true');
  try {
    await runStep({ ...inputs, core: { ...inputs.core, 'log-level': level } }, host, log);
    return 0;
  } catch (error) {
    // What a cancelled run threw while it was torn down matters less than who cancelled it.
    const told: unknown = signal.aborted ? signal.reason : error;
    log.fail(told);
    return exitStatusOf(told);
  }
}

/** A level that is none is reported with the other inputs. Debug logging of the job is for us and the lifecycle too. */
function levelOf({ core }: ActionInputs, debug: boolean): LogLevel {
  return debug ? 'debug' : (LOG_LEVELS.find((level) => level === core['log-level']) ?? 'info');
}

async function runStep(inputs: ActionInputs, host: Host, log: ActionLog): Promise<void> {
  requireLinux(host);
  requireCheckout(inputs.core, host.machine.workingDirectory);
  const facts = await readFacts(host.environment);
  const request = withToken(readRequest(inputs, facts, host), inputs, host);
  log.info(describeTrust(request, facts, host.environment['GITHUB_EVENT_NAME']));
  const places = await reportPlaces(request, host);
  const result = await withPorts(request, host, log, (ports) =>
    build({ ...request, sbomDirectory: places.sbom, reportDirectory: places.report }, ports),
  );
  log.endPhase();
  for (const line of renderResult(result)) log.info(line);
  writeOutputs(outputsOf(result, places), host.toolkit);
  await listArtifacts(result, host.environment['GITHUB_ARTIFACTS']);
}

/** @throws BuildpacksError `engine` on Windows and macOS */
function requireLinux({ system }: Host): void {
  if (system === 'linux') return;
  throw new BuildpacksError('engine', `this runner is "${system}", and images can be built on Linux only`, {
    hint: 'Use "runs-on: ubuntu-latest", or a self-hosted runner on Linux.',
  });
}

function readRequest({ core, problems }: ActionInputs, facts: CiFacts, { environment, machine, clock }: Host) {
  try {
    const request = parseInputs(core, {
      environment,
      workingDirectory: machine.workingDirectory,
      now: clock.now(),
      architecture: machine.architecture,
      facts,
    });
    if (problems.length === 0) return request;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError([...problems, ...error.problems]);
  }
  throw new InputError(problems);
}

/** The job's token is GitHub's own registry's, and of github.com only: a GitHub Enterprise Server's token is nobody's business there. */
function withToken(request: BuildRequest, { githubToken }: ActionInputs, { environment }: Host): BuildRequest {
  const { GITHUB_SERVER_URL = '', GITHUB_ACTOR = '' } = environment;
  if (githubToken === '' || GITHUB_SERVER_URL !== 'https://github.com') return request;
  const username = GITHUB_ACTOR === '' ? 'github' : GITHUB_ACTOR;
  const fallbackAuth = tokenAuth({ name: 'github-token', registry: 'ghcr.io', username, token: githubToken });
  return { ...request, connection: { ...request.connection, fallbackAuth } };
}

/** One line: what started the run, how far that is trusted, and what follows from it. */
function describeTrust({ trust, publish }: BuildRequest, { ref }: CiFacts, event = 'an unknown event'): string {
  const about = ref === undefined ? event : `${event} on ${ref}`;
  const cache = { off: 'not used', read: 'read only', write: 'read and written' }[trust.cacheMode];
  return `${about}: ${trust.level}; the image is ${publish ? 'published' : 'not published'}, the cache is ${cache}`;
}

/** Where later steps find the files: where the user wants them, else where the runner cleans up after the job. */
async function reportPlaces(
  { sbomDirectory, reportDirectory }: BuildRequest,
  { machine }: Host,
): Promise<ReportPlaces> {
  if (sbomDirectory !== undefined && reportDirectory !== undefined)
    return { sbom: sbomDirectory, report: reportDirectory };
  const directory = await mkdtemp(path.join(machine.temporary, 'buildpacks-ci-report-'));
  return {
    sbom: sbomDirectory ?? path.join(directory, 'sbom'),
    report: reportDirectory ?? path.join(directory, 'report'),
  };
}

/** Does the work with this host's ports; the network is closed afterwards, so that the process can end. */
async function withPorts<T>(
  { connection }: Pick<BuildRequest, 'connection'>,
  host: Host,
  log: ActionLog,
  work: (ports: Ports) => Promise<T>,
): Promise<T> {
  const { environment, machine, clock, processes, signal } = host;
  const network = createNetwork({ inputs: connection, environment, home: machine.home, clock, log, signal });
  try {
    return await work({ processes, network, log, clock, environment, machine, signal });
  } finally {
    await network.close();
  }
}
