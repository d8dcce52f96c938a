import { parseConnectionInputs, runBuild } from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { BUILD_DIRECTORY_OPTION, HELP_OPTION, inputOption } from '../option.ts';
import { collectProblems, readBuildDirectory, withPorts } from '../requests.ts';

export const RUN: Command = {
  name: 'run',
  summary: 'Second stage of a build: runs the lifecycle on a build directory.',
  usage: ['--build-directory=DIR [options]'],
  details: ['Needs read access to the builder image only.'],
  groups: [
    {
      title: 'Options',
      options: [BUILD_DIRECTORY_OPTION, inputOption('insecure-registries'), inputOption('log-level'), HELP_OPTION],
    },
  ],
  async run(invocation) {
    const { directory, problems } = readBuildDirectory(invocation);
    const { insecureRegistries } = collectProblems([...invocation.problems, ...problems], () =>
      parseConnectionInputs(invocation.inputs),
    );
    await withPorts(invocation, insecureRegistries, (ports) => runBuild(directory, ports));
  },
};
