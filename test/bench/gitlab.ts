import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Authority, makeAuthority } from './certificates.ts';
import type { ClosedNetwork } from './closed-network.ts';
import { startCoordinator } from './gitlab/coordinator.ts';
import { expandPipeline } from './gitlab/expanded.ts';
import { type PipelineEvent, predefined, type ProjectRegistry, refOf } from './gitlab/facts.ts';
import { jobOf, type Variable, variablesOf } from './gitlab/job.ts';
import { type JobLog, readJobLog } from './gitlab/log.ts';
import { type Artifact, dependenciesOf, type JobState, pendingJobs } from './gitlab/pipeline-state.ts';
import {
  INSTANCE,
  makeComponentProject,
  makeProject,
  type Project,
  PROJECT_PATH,
  type ProjectFiles,
} from './gitlab/project.ts';
import { RUNNER, type RunnerOptions, runJobs } from './gitlab/run.ts';

export type { Artifact, JobLog, PipelineEvent, ProjectRegistry, Variable };
export { PROJECT_PATH };

export interface PipelineOptions extends ProjectFiles {
  /** Default: a push to the protected branch `main`. */
  readonly event?: PipelineEvent;
  /** Variables of the project's settings. */
  readonly variables?: readonly Variable[];
  readonly registry?: ProjectRegistry;
  /** What `CI_JOB_TOKEN` begins with. */
  readonly jobToken?: string;
  /** Who has issued the certificate of this GitLab, which the runner then tells its jobs. Default: one of its own. */
  readonly authority?: Authority;
  /** The runner's folder; kept when given: `cache` for the next pipeline, `builds` for a test that looks into it. */
  readonly machine?: string;
  readonly volumes?: RunnerOptions['volumes'];
  readonly docker?: RunnerOptions['docker'];
  /** Where the runner is, with GitLab let in. Default: the machine's network. */
  readonly network?: Pick<ClosedNetwork, 'launcher' | 'letIn'>;
  /** A project of the instance that components are included from. */
  readonly components?: Parameters<typeof makeComponentProject>[1];
}

export interface JobOutcome {
  /** `pending`: a job before it has failed. */
  readonly status: JobState['status'];
  readonly failureReason?: string;
  /** Of a script that has failed. */
  readonly exitCode?: number;
  readonly log: JobLog;
  readonly artifacts: readonly Artifact[];
  /** `CI_JOB_TOKEN`. */
  readonly token: string;
}

export interface PipelineOutcome {
  readonly commit: string;
  /** The jobs that the pipeline has, by their names. */
  readonly jobs: Readonly<Record<string, JobOutcome>>;
  /** Everything, for the message of a test that fails. */
  readonly text: string;
}

/** Where the runner with this folder has checked the project out; what the last job left is still there. */
export function checkedOut(machine: string): string {
  return path.join(machine, 'builds', RUNNER, '0', PROJECT_PATH);
}

/** The text of a job's report of this kind; that of several files, one after the other. */
export function reportOf({ artifacts }: Pick<JobOutcome, 'artifacts'>, kind: string): string {
  return artifacts
    .filter(({ type }) => type === kind)
    .map(({ content }) => gunzipSync(content).toString())
    .join('');
}

const EVENT: PipelineEvent = { kind: 'branch', name: 'main', isProtected: true };

/**
 * Runs a pipeline as GitLab does: gitlab-ci-local reads it, GitLab's own runner clones the project and runs the jobs one after the other
 * in unprivileged containers of the machine's docker engine. What is ours is GitLab's side of the runner's protocol.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineOutcome> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'bench-gitlab-'));
  try {
    const event = options.event ?? EVENT;
    const authority = options.authority ?? (await makeAuthority(path.join(scratch, 'ca')));
    const project = await makeProject(scratch, refOf(event), options);
    const given = [...predefined(event, project, options.registry), ...(options.variables ?? [])];
    const components = options.components && (await makeComponentProject(scratch, options.components));
    const pipeline = await expandPipeline(project.directory, given, components);
    const jobs = pendingJobs(pipeline, (name) => `${options.jobToken ?? 'glcbt-token-of'}-${name.replace(/\W/g, '-')}`);
    const coordinator = await startCoordinator({
      certificate: await authority.issue('gitlab'),
      jobs,
      served: project.served,
      describe: (job, url) => describeJob(job, jobs, { url, event, project, options }),
    });
    try {
      const machine = options.machine ?? path.join(scratch, 'machine');
      const { docker = {}, volumes = [], network } = options;
      await network?.letIn(Number(new URL(coordinator.url).port));
      const settings = { machine, docker, volumes, ...(network && { launcher: network.launcher }) };
      const printed = await runJobs({ url: coordinator.url, ca: authority.certificateFile, ...settings });
      return outcomeOf(project.commit, jobs, printed);
    } finally {
      await coordinator.close();
    }
  } finally {
    // gitlab-ci-local may still write when it has refused a pipeline.
    await rm(scratch, { recursive: true, force: true, maxRetries: 10 });
  }
}

interface Context {
  readonly url: string;
  readonly event: PipelineEvent;
  readonly project: Project;
  readonly options: PipelineOptions;
}

/** A job in the runner's protocol. */
function describeJob(job: JobState, jobs: readonly JobState[], { url, event, project, options }: Context): object {
  const ref = refOf(event);
  const { registry, variables = [] } = options;
  const before = dependenciesOf(job, jobs);
  return {
    ...jobOf(job.name, job.definition),
    id: job.id,
    token: job.token,
    allow_git_fetch: true,
    git_info: {
      repo_url: `${url.replace('://', `://gitlab-ci-token:${job.token}@`)}/${PROJECT_PATH}.git`,
      ref: event.name,
      sha: project.commit,
      before_sha: '0'.repeat(40),
      ref_type: event.kind === 'tag' ? 'tag' : 'branch',
      refspecs: [`+${ref}:${ref.replace('refs/heads/', 'refs/remotes/origin/')}`],
      // A web server that only gives out files can't serve part of a history.
      depth: 0,
    },
    runner_info: { timeout: 600 },
    variables: [
      ...predefined(event, project, registry),
      { key: 'CI_JOB_ID', value: String(job.id) },
      { key: 'CI_JOB_URL', value: `https://${INSTANCE}/${PROJECT_PATH}/-/jobs/${job.id}` },
      { key: 'CI_JOB_NAME', value: job.name },
      { key: 'CI_JOB_STAGE', value: job.definition.stage },
      { key: 'CI_JOB_TOKEN', value: job.token, masked: true },
      ...variablesOf(job.definition),
      ...before.flatMap(dotenvVariables),
      ...variables,
    ],
    credentials: registry && [
      { type: 'registry', url: registry.host, username: registry.user, password: registry.password },
    ],
    dependencies: before.flatMap(dependencyOf),
    features: { trace_sections: true },
  };
}

/** As GitLab reads a dotenv report: a name, an equals sign, and the rest of the line, in which the runner expands variables. */
function dotenvVariables({ artifacts }: JobState): readonly Variable[] {
  const reports = artifacts
    .filter(({ type }) => type === 'dotenv')
    .map(({ content }) => gunzipSync(content).toString());
  return reports.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      const [, key, value] = /^([A-Za-z0-9_]+)=(.*)$/.exec(line) ?? [];
      if (line !== '' && key === undefined)
        throw new Error(`GitLab does not take this line of a dotenv report: ${line}`);
      return key === undefined ? [] : [{ key, value: value ?? '' }];
    }),
  );
}

function dependencyOf({ id, name, token, artifacts }: JobState): readonly object[] {
  const archive = artifacts.find(({ type }) => type === 'archive');
  if (archive === undefined) return [];
  return [{ id, name, token, artifacts_file: { filename: 'artifacts.zip', size: archive.content.length } }];
}

function outcomeOf(commit: string, jobs: readonly JobState[], printed: string): PipelineOutcome {
  const outcomes = jobs.map(({ name, status, failureReason, exitCode, artifacts, log, token }) => [
    name,
    {
      status,
      ...(failureReason !== undefined && { failureReason }),
      ...(exitCode !== undefined && { exitCode }),
      log: readJobLog(log),
      artifacts,
      token,
    },
  ]);
  const logs = jobs.map(({ name, status, log }) => `== ${name}: ${status}\n${readJobLog(log).text}`);
  return {
    commit,
    jobs: Object.fromEntries(outcomes) as PipelineOutcome['jobs'],
    text: [...logs, '== runner', printed].join('\n'),
  };
}
