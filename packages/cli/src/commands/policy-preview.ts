import { previewPolicy } from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { HELP_OPTION, inputGroups, JSON_OPTION } from '../option.ts';
import { readBuildRequest, withPorts } from '../requests.ts';
import { tellVerdict } from './policy-verdict.ts';

export const POLICY_PREVIEW: Command = {
  name: 'policy preview',
  summary: 'Tells what policies would say to a build, and runs nothing.',
  usage: ['[IMAGE] --policy=FILE|oci://IMAGE@DIGEST [options of build]'],
  details: [
    'The exit status is 112 when a rule would be broken. What can not be known without a build is listed.',
    'It takes the options of build.',
  ],
  groups: [{ title: 'General', options: [JSON_OPTION, HELP_OPTION] }, ...inputGroups()],
  async run(invocation) {
    const request = readBuildRequest(invocation, { nameless: true });
    tellVerdict(await withPorts(invocation, request.connection, (ports) => previewPolicy(request, ports)), invocation);
  },
};
