import path from 'node:path';
import { collectProblems, parsePublishInputs, publishStaged } from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { OWN_INPUTS } from '../definitions.ts';
import { BUILT, PREPARED } from '../component/files.ts';
import { openFolder } from '../folder.ts';
import { withPorts } from '../ports.ts';
import { reportBuild } from '../report.ts';
import { withJobServer } from '../request.ts';
import { readPlanProof } from './plan-proof.ts';

/** The last of three jobs: verifies what the middle one has left, and puts the image where the first one's plan says. */
export const PUBLISH: Command = {
  name: 'publish',
  ownInputs: OWN_INPUTS,
  async run(job) {
    const { inputs, host } = job;
    const { environment, machine, clock } = host;
    const project = machine.workingDirectory;
    const folder = await openFolder(project);
    const { connection, ...rest } = collectProblems(inputs.problems, () =>
      parsePublishInputs(inputs.core, { environment, workingDirectory: project, now: clock.now() }),
    );
    const publishing = { ...rest, connection: withJobServer(connection, host) };
    const build = {
      prepared: path.join(project, PREPARED),
      built: path.join(project, BUILT),
      planDigest: readPlanProof(environment),
      result: folder.result,
    };
    const result = await withPorts(job, publishing.connection, (ports) => publishStaged(build, publishing, ports));
    const given = inputs.core['sbom-directory'];
    const sbomDirectory = typeof given === 'string' && given !== '' ? path.resolve(project, given) : folder.sbom;
    await reportBuild({ result, sbomDirectory, folder, job });
  },
};
