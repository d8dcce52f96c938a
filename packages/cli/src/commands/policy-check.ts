import { checkImages, collectProblems, parseCheckInputs } from '@buildpacks-ci/core';
import type { Command, Invocation } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { connectionContext, withPorts } from '../requests.ts';
import {
  ALL_OPTION,
  FILTER_OPTIONS,
  LIST_OPTION,
  PARALLEL_OPTION,
  readSelection,
  standardInputTwice,
} from '../selection.ts';
import { tellVerdict } from './policy-verdict.ts';

const IMAGES: readonly Option[] = [
  LIST_OPTION,
  ALL_OPTION,
  ...FILTER_OPTIONS,
  inputOption('platform', 'Which image of a multi-platform one. Default: all of them.'),
];

export const POLICY_CHECK: Command = {
  name: 'policy check',
  summary: 'Judges images that exist, whoever has built them, by what they tell.',
  usage: [
    'IMAGE… --policy=FILE|oci://IMAGE@DIGEST [options]',
    '--list=FILE --policy=FILE|oci://IMAGE@DIGEST [options]',
    '--all=REGISTRY/PREFIX --policy=FILE|oci://IMAGE@DIGEST [options]',
  ],
  details: [
    'The exit status is 112 when a rule is broken. When none is and an image could not be judged, it is that of the reason: 2 when there is no such image, 111 when a later try may help, else 1.',
    'What an image does not tell is listed: builder, variables and the network of its build. With --all, old images that rebase keeps are judged too.',
  ],
  groups: [
    { title: 'Images', options: IMAGES },
    {
      title: 'Options',
      options: [inputOption('policy'), PARALLEL_OPTION, JSON_OPTION, inputOption('log-level'), HELP_OPTION],
    },
    connectionGroup(),
  ],
  async run(invocation) {
    const request = readRequest(invocation);
    tellVerdict(await withPorts(invocation, request.connection, (ports) => checkImages(request, ports)), invocation);
  },
};

function readRequest(invocation: Invocation) {
  const { flags, positionals, problems, inputs } = invocation;
  return collectProblems([...problems, ...standardInputTwice(invocation, 'list')], () => {
    const prefixes = flags.get('all') ?? [];
    const wishes = { images: positionals, prefixes, ...readSelection(invocation) };
    const { architecture } = invocation.host.machine;
    return parseCheckInputs(wishes, inputs, { ...connectionContext(invocation), architecture });
  });
}
