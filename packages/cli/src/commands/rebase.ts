import {
  collectProblems,
  type InputProblem,
  parseRebaseInputs,
  rebaseFailure,
  rebaseImages,
  type RebaseInputs,
  rebaseJson,
  rebaseMarkdown,
  type RebaseMode,
  type RebaseReport,
  renderRebase,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { connectionContext, withPorts } from '../requests.ts';

const IMAGE_OPTIONS: readonly Option[] = [
  {
    name: 'list',
    kind: 'list',
    placeholder: 'FILE',
    description: 'A file with an image on each line; # begins a comment.',
  },
  {
    name: 'all',
    kind: 'list',
    placeholder: 'REGISTRY/PREFIX',
    description: "All repositories and tags there, by the registry's catalogue; what is no app image is left out.",
  },
  {
    name: 'tags',
    kind: 'list',
    placeholder: 'PATTERN',
    description: 'With --all: only tags like this one, with * for any characters.',
  },
  {
    name: 'older-than',
    kind: 'text',
    placeholder: 'DAYS',
    description: 'Only images whose present run image was made before so many days.',
  },
];

const REBASE_OPTIONS: readonly Option[] = [
  inputOption('run-image', 'The new run image, in place of the one that the image records.'),
  inputOption('previous-image', 'The image to read, where the result is to have another name.'),
  {
    name: 'force',
    kind: 'flag',
    description: "Lifts the rules that the lifecycle's -force lifts, and records the run image's name in the image.",
  },
  {
    name: 'keep-old-as',
    kind: 'text',
    placeholder: 'TEMPLATE',
    description: 'A tag that keeps the old image: {tag}-previous, {tag}-before-{date}, {tag}-{digest}.',
  },
  { name: 'parallel', kind: 'text', placeholder: 'NUMBER', description: 'Images at once.', default: '8' },
];

const MODE_OPTIONS: readonly Option[] = [
  { name: 'check', kind: 'flag', description: 'Changes nothing; the exit status is 110 when an image is outdated.' },
  { name: 'dry-run', kind: 'flag', description: 'Changes nothing; tells what would be done.' },
  { name: 'markdown', kind: 'flag', description: 'Prints Markdown to standard output instead of text.' },
  JSON_OPTION,
  inputOption('log-level'),
  HELP_OPTION,
];

export const REBASE: Command = {
  name: 'rebase',
  summary: 'Puts app images on a newer run image, without building them again.',
  usage: ['IMAGE… [options]', '--list=FILE [options]', '--all=REGISTRY/PREFIX [options]'],
  details: [
    "Only the registry is spoken to: no layer is downloaded that the registry can mount, and the result is the lifecycle's own, bit for bit. A tag moves when the registry shows the new image, and only if it still leads to the old one.",
    'An image that has the layers of the newest run image is left alone, so that the same command can be given again at any time.',
  ],
  groups: [
    { title: 'Images', options: IMAGE_OPTIONS },
    { title: 'Rebase', options: REBASE_OPTIONS },
    { title: 'Report', options: MODE_OPTIONS },
    connectionGroup(),
  ],
  async run(invocation) {
    const { mode, problems } = readMode(invocation);
    const request = collectProblems([...invocation.problems, ...problems], () =>
      parseRebaseInputs(givenInputs(invocation, mode), invocation.inputs, connectionContext(invocation)),
    );
    const report = await withPorts(invocation, request.connection, (ports) => rebaseImages(request, ports));
    invocation.console.print(rendered(report, invocation));
    const failure = rebaseFailure(report);
    if (failure !== undefined) throw failure;
  },
};

function isSet(invocation: Invocation, name: string): boolean {
  return flagValue(invocation, name) === 'true';
}

function readMode(invocation: Invocation): { readonly mode: RebaseMode; readonly problems: readonly InputProblem[] } {
  const [check, rehearse] = [isSet(invocation, 'check'), isSet(invocation, 'dry-run')];
  const both = {
    input: 'check',
    message: 'is given together with --dry-run',
    hint: 'Neither changes anything: keep one.',
  };
  const mode = check ? 'check' : rehearse ? 'dry-run' : 'rebase';
  return { mode, problems: check && rehearse ? [both] : [] };
}

function givenInputs(invocation: Invocation, mode: RebaseMode): RebaseInputs {
  const { flags, positionals } = invocation;
  return {
    mode,
    force: isSet(invocation, 'force'),
    images: positionals,
    lists: flags.get('list') ?? [],
    prefixes: flags.get('all') ?? [],
    tags: flags.get('tags') ?? [],
    olderThan: flagValue(invocation, 'older-than'),
    keepOldAs: flagValue(invocation, 'keep-old-as'),
    parallel: flagValue(invocation, 'parallel'),
  };
}

function rendered(report: RebaseReport, invocation: Invocation): string {
  if (isSet(invocation, 'json')) return rebaseJson(report);
  return isSet(invocation, 'markdown') ? rebaseMarkdown(report) : `${renderRebase(report).join('\n')}\n`;
}
