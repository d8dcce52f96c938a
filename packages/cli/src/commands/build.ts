import { build } from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { HELP_OPTION, inputGroups, JSON_OPTION } from '../option.ts';
import { readBuildRequest, withPorts } from '../requests.ts';
import { printResult } from './result.ts';

export const BUILD: Command = {
  name: 'build',
  summary: 'Builds an app image and puts it where it is wanted.',
  usage: ['[IMAGE] [options]'],
  details: [
    'IMAGE is the same as --image. Each option can also be given as a variable of the environment, for example BUILDPACKS_CI_RUN_IMAGE for --run-image; an option wins.',
    'An option that takes a list is given once for each item. A flag is switched off with --no-FLAG.',
    'The log goes to standard error, the closing table or JSON to standard output.',
  ],
  groups: [...inputGroups(), { title: 'General', options: [JSON_OPTION, HELP_OPTION] }],
  async run(invocation) {
    const request = readBuildRequest(invocation);
    const result = await withPorts(invocation, request.connection, (ports) => build(request, ports));
    printResult(result, invocation);
  },
};
