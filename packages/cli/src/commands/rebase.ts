import {
  collectProblems,
  INPUT_GROUPS,
  type InputGroup,
  parseRebaseJob,
  REBASE_OWN_INPUTS,
  rebaseFailure,
  rebaseImages,
  rebaseJson,
  rebaseMarkdown,
  type RebaseReport,
  renderRebase,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { readGivenText } from '../given-text.ts';
import { withConnectionVolumes } from '../hand-over.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option, ownOption } from '../option.ts';
import { LISTS_OPTION, PROXY_DIRECTORY_OPTION, RESULT_OPTION } from '../pod-options.ts';
import { connectionContext, withPorts } from '../requests.ts';
import { clearResults, readResultFiles, REBASE_RESULTS, rebaseResults, writeResults } from '../result-files.ts';

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  images: 'IMAGE',
  list: 'FILE|-',
  all: 'REGISTRY/PREFIX',
  tags: 'PATTERN',
  exclude: 'PATTERN',
  'exclude-tags': 'PATTERN',
  'older-than': 'DAYS',
  'run-image': 'IMAGE',
  'run-images': 'PATTERN',
  policy: 'FILE|oci://IMAGE@DIGEST',
  'previous-image': 'IMAGE',
  'keep-old-as': 'TEMPLATE',
};

function optionsOf(group: InputGroup): readonly Option[] {
  return REBASE_OWN_INPUTS.filter((input) => input.group === group).map((input) =>
    ownOption(input, PLACEHOLDERS[input.name]),
  );
}

const MARKDOWN_OPTION: Option = {
  name: 'markdown',
  kind: 'flag',
  description: 'Prints Markdown to standard output instead of text.',
};

const POD_OPTIONS: readonly Option[] = [
  PROXY_DIRECTORY_OPTION,
  LISTS_OPTION,
  { ...RESULT_OPTION, description: `${RESULT_OPTION.description} There are ${REBASE_RESULTS.join(', ')}.` },
];

export const REBASE: Command = {
  name: 'rebase',
  summary: 'Puts app images on a newer run image, without building them again.',
  usage: ['IMAGE… [options]', '--list=FILE|- [options]', '--all=REGISTRY/PREFIX --run-images=PATTERN [options]'],
  details: [
    "Only the registry is spoken to: no layer is downloaded that the registry can mount, and the result is the lifecycle's own, bit for bit. A tag moves when the registry shows the new image, and only if it still leads to the old one.",
    'An image that has the layers of the newest run image is left alone, so that the same command can be given again at any time.',
  ],
  ownInputs: REBASE_OWN_INPUTS,
  groups: [
    { title: 'Images', options: optionsOf('image') },
    { title: 'Rebase', options: optionsOf('build') },
    { title: INPUT_GROUPS.run, options: optionsOf('run') },
    { title: 'Report', options: [MARKDOWN_OPTION, JSON_OPTION, inputOption('log-level'), HELP_OPTION] },
    { title: 'Container of a Pod', options: POD_OPTIONS },
    connectionGroup(),
  ],
  async run(invocation) {
    const { files, problems } = readResultFiles(invocation, REBASE_RESULTS);
    await clearResults(files);
    const { request, notices } = readJob(invocation, problems);
    for (const notice of notices) invocation.console.log.info(notice);
    const report = await withPorts(invocation, request.connection, (ports) => rebaseImages(request, ports));
    invocation.console.print(rendered(report, invocation));
    await writeResults(files, rebaseResults(report));
    const failure = rebaseFailure(report);
    if (failure !== undefined) throw failure;
  },
};

function readJob(invocation: Invocation, problems: Invocation['problems']) {
  const pod = withConnectionVolumes(invocation);
  const readStandardInput = () => readGivenText(invocation, '-', 'list').text;
  const context = { ...connectionContext(invocation), facts: { trust: 'trusted' } as const, readStandardInput };
  const found = [...invocation.problems, ...problems, ...pod.problems, ...twoForms(invocation)];
  return collectProblems(found, () => parseRebaseJob(withPositionals(pod.inputs, invocation.positionals), context));
}

/** Images are arguments, as everywhere; they come before those of a flag or a variable. */
function withPositionals(inputs: Invocation['inputs'], positionals: readonly string[]): Invocation['inputs'] {
  const { images = [] } = inputs;
  const more = typeof images === 'string' ? images.split('\n') : images;
  return { ...inputs, images: [...positionals, ...more] };
}

function twoForms(invocation: Invocation): Invocation['problems'] {
  if (!isSet(invocation, 'json') || !isSet(invocation, 'markdown')) return [];
  return [{ input: '--markdown', message: 'does not go with --json', hint: 'Keep one of them.' }];
}

function isSet(invocation: Invocation, name: string): boolean {
  return flagValue(invocation, name) === 'true';
}

function rendered(report: RebaseReport, invocation: Invocation): string {
  if (isSet(invocation, 'json')) return rebaseJson(report);
  return isSet(invocation, 'markdown') ? rebaseMarkdown(report) : `${renderRebase(report).join('\n')}\n`;
}
