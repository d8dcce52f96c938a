import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  describeTrust,
  environmentName,
  type InputProblem,
  jobTools,
  prepareStaged,
  TOOL_FOLDER,
  writeFileWhole,
} from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { OWN_INPUTS } from '../definitions.ts';
import { BUILT, PLAN_DOTENV, PREPARED } from '../component/files.ts';
import { openFolder } from '../folder.ts';
import type { JobInputs } from '../inputs.ts';
import { withPorts } from '../ports.ts';
import { readBuildRequest } from '../request.ts';
import { artifactTerms } from './artifact-terms.ts';
import { withJobUser } from './job-user.ts';
import { renderPlanProof } from './plan-proof.ts';

/** The first of three jobs: everything that needs credentials before the buildpacks run. */
export const PREPARE: Command = {
  name: 'prepare',
  ownInputs: OWN_INPUTS,
  async run(job) {
    const { facts, host, log } = job;
    const project = host.machine.workingDirectory;
    const folder = await openFolder(project);
    for (const place of [PREPARED, BUILT, PLAN_DOTENV])
      await rm(path.join(project, place), { recursive: true, force: true });
    const inputs = withJobUser(accepted(job.inputs), host.machine);
    const request = readBuildRequest({ ...job, inputs });
    log.info(describeTrust(request, facts, host.environment['CI_PIPELINE_SOURCE'] ?? ''));
    const { sbomDirectory = folder.sbom } = request;
    const planDigest = await withPorts(job, request.connection, async (ports) => {
      const preparation = {
        prepared: path.join(project, PREPARED),
        tools: await jobTools(TOOL_FOLDER, ports.processes),
        builderName: host.environment[environmentName('builder')] ?? '',
        terms: artifactTerms(inputs.own),
      };
      return prepareStaged({ ...request, sbomDirectory }, preparation, ports);
    });
    await writeFileWhole(path.join(project, PLAN_DOTENV), [Buffer.from(renderPlanProof(planDigest))]);
    // The next job may get the same volume as another user, and makes a folder beside ours.
    await chmod(folder.directory, 0o777).catch(() => undefined);
  },
};

/** Nobody builds in this way without knowing what GitLab does. */
function accepted(inputs: JobInputs): JobInputs {
  if (inputs.own['accept-job-variables-exposed']) return inputs;
  const problem: InputProblem = {
    input: 'accept-job-variables-exposed',
    message:
      "buildpacks run in a job of their own here, and GitLab gives every job the project's and the group's variables and a token: buildpacks can read them all, and set variables of the jobs after it",
    hint: 'Set it to true if you trust the buildpacks of this builder, and what they download, that far; or build in one job, where they see none of it.',
  };
  return { ...inputs, problems: [...inputs.problems, problem] };
}
