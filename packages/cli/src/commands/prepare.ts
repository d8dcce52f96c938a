import { prepareBuild } from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { BUILD_DIRECTORY_OPTION, HELP_OPTION, inputGroups } from '../option.ts';
import { readBuildDirectory, readBuildRequest, withPorts } from '../requests.ts';

export const PREPARE: Command = {
  name: 'prepare',
  summary: 'First stage of a build: reads registries and the app, and writes the build directory.',
  usage: ['[IMAGE] --build-directory=DIR [options]'],
  details: [
    'Afterwards the lifecycle runs in the builder with this directory (buildpacks-ci run does it), and then buildpacks-ci publish finishes the build. This stage and publish use credentials, the one between them has none.',
  ],
  groups: [...inputGroups(), { title: 'General', options: [BUILD_DIRECTORY_OPTION, HELP_OPTION] }],
  async run(invocation) {
    const { directory, problems } = readBuildDirectory(invocation);
    const request = readBuildRequest(invocation, { problems });
    await withPorts(invocation, request.connection, (ports) => prepareBuild(request, ports, directory));
    invocation.console.print(`${directory}\n`);
  },
};
