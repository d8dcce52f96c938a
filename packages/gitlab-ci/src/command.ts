import type { CiFacts } from '@buildpacks-ci/core';
import type { Host } from './host.ts';
import type { JobInputs } from './inputs.ts';
import type { JobLog } from './log.ts';

/** One of the program's commands: what a job of GitLab runs. */
export interface Command {
  readonly name: string;
  /** The names of inputs that a build does not have. */
  readonly ownInputs: readonly string[];
  /** Does the work of the job; throws what went wrong. */
  run(job: Job): Promise<void>;
}

/** What a command works with. */
export interface Job {
  readonly inputs: JobInputs;
  readonly facts: CiFacts;
  readonly host: Host;
  readonly log: JobLog;
}
