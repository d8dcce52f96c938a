import { collectProblems, parseConnectionInputs, runBuild } from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { BUILD_DIRECTORY_OPTION, connectionGroup, HELP_OPTION, inputOption } from '../option.ts';
import { connectionContext, readBuildDirectory, withPorts } from '../requests.ts';

export const RUN: Command = {
  name: 'run',
  summary: 'Second stage of a build: runs the lifecycle on a build directory.',
  usage: ['--build-directory=DIR [options]'],
  details: ['Needs read access to the builder image only.'],
  groups: [
    {
      title: 'Options',
      options: [BUILD_DIRECTORY_OPTION, inputOption('log-level'), HELP_OPTION],
    },
    connectionGroup('build-http-proxy', 'build-https-proxy'),
  ],
  async run(invocation) {
    const { directory, problems } = readBuildDirectory(invocation);
    const connection = collectProblems([...invocation.problems, ...problems], () =>
      parseConnectionInputs(invocation.inputs, connectionContext(invocation)),
    );
    await withPorts(invocation, connection, (ports) => runBuild(directory, connection, ports));
  },
};
