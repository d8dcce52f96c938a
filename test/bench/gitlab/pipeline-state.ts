import type { ExpandedPipeline } from './expanded.ts';
import type { JobDefinition } from './job.ts';

/** A file that a job has handed over: the archive of its `paths`, or a report. */
export interface Artifact {
  /** `archive`, `dotenv`, `cyclonedx`, … */
  readonly type: string;
  /** `zip`, `gzip` or `raw`. */
  readonly format: string;
  readonly content: Uint8Array;
  readonly expireIn?: string;
}

export type JobStatus = 'pending' | 'running' | 'success' | 'failed';

/** A job of a running pipeline. */
export interface JobState {
  readonly id: number;
  readonly name: string;
  readonly definition: JobDefinition;
  /** `CI_JOB_TOKEN`. */
  readonly token: string;
  readonly artifacts: Artifact[];
  log: string;
  status: JobStatus;
  /** Of a failed job: `script_failure`, `runner_system_failure`, … */
  failureReason?: string;
  exitCode?: number;
}

export function pendingJobs(pipeline: ExpandedPipeline, token: (name: string) => string): readonly JobState[] {
  return pipeline.jobs.map(([name, definition], index) => ({
    id: index + 1,
    name,
    definition,
    token: token(name),
    artifacts: [],
    log: '',
    status: 'pending',
  }));
}

/** The job to run next: one whose needed jobs, else those of all earlier stages, have ended well. */
export function nextJob(jobs: readonly JobState[]): JobState | undefined {
  return jobs.find((job) => job.status === 'pending' && prerequisites(job, jobs).every(hasPassed));
}

/** Jobs whose artifacts a job gets before it begins. */
export function dependenciesOf(job: JobState, jobs: readonly JobState[]): readonly JobState[] {
  const { dependencies, needs } = job.definition;
  const wanted = needs?.filter(({ artifacts }) => artifacts !== false).map((need) => need.job);
  return prerequisites(job, jobs).filter(({ name }) => (dependencies ?? wanted)?.includes(name) ?? true);
}

function prerequisites(job: JobState, jobs: readonly JobState[]): readonly JobState[] {
  const { needs, stage } = job.definition;
  if (needs !== undefined) return jobs.filter(({ name }) => needs.some((need) => need.job === name));
  // Jobs are in the order of their stages.
  return jobs.filter((other) => other.id < job.id && other.definition.stage !== stage);
}

function hasPassed({ status, exitCode, definition: { allow_failure: allowed } }: JobState): boolean {
  if (status !== 'failed' || typeof allowed !== 'object')
    return status === 'success' || (status === 'failed' && allowed === true);
  return exitCode !== undefined && [allowed.exit_codes].flat().includes(exitCode);
}
