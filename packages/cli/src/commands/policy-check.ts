import { checkImages, collectProblems, optional, parseCheckInputs } from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { readGivenText } from '../given-text.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { connectionContext, withPorts } from '../requests.ts';
import { tellVerdict } from './policy-verdict.ts';

const IMAGES: readonly Option[] = [
  { name: 'list', kind: 'list', placeholder: 'FILE|-', description: 'Images, one a line; - is standard input.' },
  {
    name: 'all',
    kind: 'list',
    placeholder: 'REGISTRY/PREFIX',
    description: "All repositories and tags at and below it, by the registry's catalogue.",
  },
  {
    name: 'tags',
    kind: 'list',
    placeholder: 'PATTERN',
    description: 'With --all: only tags like this one; * stands for any characters.',
  },
  {
    name: 'exclude',
    kind: 'list',
    placeholder: 'PATTERN',
    description: 'Images that are left out, as patterns of policies: registry.example/team/legacy.',
  },
  {
    name: 'exclude-tags',
    kind: 'list',
    placeholder: 'PATTERN',
    description: 'Tags that are left out; * stands for any characters.',
  },
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
    'What an image does not tell is listed: builder, variables and the network of its build. With --all, tags that keep old images for rebase are left out ({tag}-before-{date}, {tag}-before-{digest}).',
  ],
  groups: [
    { title: 'Images', options: IMAGES },
    {
      title: 'Options',
      options: [
        inputOption('policy'),
        {
          name: 'parallel',
          kind: 'text',
          placeholder: 'NUMBER',
          description: 'Images that are read at once.',
          default: '8',
        },
        JSON_OPTION,
        inputOption('log-level'),
        HELP_OPTION,
      ],
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
  const listed = (name: string) => flags.get(name) ?? [];
  return collectProblems(problems, () => {
    const wishes = {
      images: positionals,
      lists: listed('list').map((file) => readGivenText(invocation, file, '--list')),
      prefixes: listed('all'),
      tags: listed('tags'),
      exclude: listed('exclude'),
      excludeTags: listed('exclude-tags'),
      ...optional('parallel', flagValue(invocation, 'parallel')),
    };
    const { architecture } = invocation.host.machine;
    return parseCheckInputs(wishes, inputs, { ...connectionContext(invocation), architecture });
  });
}
