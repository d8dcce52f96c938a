import { collectProblems, parsePublishInputs, publishBuild } from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { BUILD_DIRECTORY_OPTION, connectionGroup, HELP_OPTION, inputOption, JSON_OPTION } from '../option.ts';
import { connectionContext, readBuildDirectory, withPorts } from '../requests.ts';
import { printResult } from './result.ts';

export const PUBLISH: Command = {
  name: 'publish',
  summary: 'Last stage of a build: verifies what the lifecycle made, and puts the image where the plan says.',
  usage: ['--build-directory=DIR [options]'],
  details: [
    'Where the image goes was decided by buildpacks-ci prepare and stands in the plan; nothing that the lifecycle wrote can change it.',
  ],
  groups: [
    {
      title: 'Options',
      options: [
        BUILD_DIRECTORY_OPTION,
        inputOption('cache-sign-key'),
        inputOption('log-level'),
        JSON_OPTION,
        HELP_OPTION,
      ],
    },
    connectionGroup(),
  ],
  async run(invocation) {
    const { directory, problems } = readBuildDirectory(invocation);
    const inputs = collectProblems([...invocation.problems, ...problems], () =>
      parsePublishInputs(invocation.inputs, connectionContext(invocation)),
    );
    const result = await withPorts(invocation, inputs.connection, (ports) => publishBuild(directory, inputs, ports));
    printResult(result, invocation);
  },
};
