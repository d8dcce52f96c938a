import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { type Ended, startBuildpacksCi, type Started } from '../cli/command-line.ts';

/** A job as a runner starts it: in a project that was checked out, with a folder for what is temporary. */
export interface StartedJob extends Started {
  readonly project: string;
  readonly temporary: string;
}

/** A push to the default branch, which is protected. */
const PUSH = {
  GITLAB_CI: 'true',
  CI_PIPELINE_SOURCE: 'push',
  CI_COMMIT_BRANCH: 'main',
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_REF_PROTECTED: 'true',
  CI_DEFAULT_BRANCH: 'main',
  CI_JOB_TOKEN: 'glcbt-64_the-token-of-the-job',
};

/** Starts the adapter's bundle somewhere else than in the project. */
export async function startJob(
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = ['build'],
): Promise<StartedJob> {
  const directory = await temporaryDirectory();
  const [project, temporary, elsewhere] = ['project', 'temporary', 'elsewhere'].map((name) =>
    path.join(directory, name),
  ) as [string, string, string];
  for (const each of [project, temporary, elsewhere]) await mkdir(each);
  await writeFile(path.join(project, 'Procfile'), 'web: true\n');
  const started = startBuildpacksCi(args, {
    program: inject('programs').gitlabCi,
    directory: elsewhere,
    environment: { ...PUSH, CI_PROJECT_DIR: project, TMPDIR: temporary, NO_COLOR: '1', ...environment },
  });
  return { ...started, project, temporary };
}

export async function runJob(
  environment: Readonly<Record<string, string>>,
  args?: readonly string[],
): Promise<Ended & StartedJob> {
  const job = await startJob(environment, args);
  return { ...job, ...(await job.ended) };
}
