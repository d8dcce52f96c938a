import { build, describeTrust } from '@buildpacks-ci/core';
import type { Command } from './command.ts';
import { OWN_INPUTS } from './definitions.ts';
import { openFolder } from './folder.ts';
import { withPorts } from './ports.ts';
import { reportBuild } from './report.ts';
import { readBuildRequest } from './request.ts';

/** The whole build in one job. */
export const BUILD: Command = {
  name: 'build',
  ownInputs: OWN_INPUTS,
  async run(job) {
    const { facts, host, log } = job;
    const folder = await openFolder(host.machine.workingDirectory);
    const request = readBuildRequest(job);
    log.info(describeTrust(request, facts, host.environment['CI_PIPELINE_SOURCE'] ?? ''));
    const { sbomDirectory = folder.sbom } = request;
    const result = await withPorts(job, request.connection, (ports) => build({ ...request, sbomDirectory }, ports));
    await reportBuild({ result, sbomDirectory, folder, job });
  },
};
