import {
  collectProblems,
  fleetCsv,
  fleetFailure,
  fleetJson,
  fleetPage,
  type FleetReport,
  type FleetRequest,
  type InputProblem,
  optional,
  parseFleetInputs,
  parseTargetFile,
  renderFleet,
  surveyFleet,
  writeFileWhole,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { readGivenText } from '../given-text.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { connectionContext, withPorts } from '../requests.ts';
import { FILTER_OPTIONS, LIST_OPTION, PARALLEL_OPTION, readSelection, standardInputTwice } from '../selection.ts';

const WHERE: readonly Option[] = [
  LIST_OPTION,
  {
    name: 'pods',
    kind: 'text',
    placeholder: 'FILE|-',
    description: 'The images of a cluster: what kubectl get pods --all-namespaces -o json prints; - is standard input.',
  },
  ...FILTER_OPTIONS,
  inputOption('platform', 'Which image of a multi-platform one. Default: all of them.'),
];

const WHAT: readonly Option[] = [
  {
    name: 'component',
    kind: 'list',
    placeholder: 'NAME[@RANGE]',
    description: "Looks for a component in the images' own bills of materials: log4j-core@<2.17.",
  },
  { name: 'label', kind: 'list', placeholder: 'NAME', description: 'Tells this label of each image.' },
  {
    name: 'check',
    kind: 'flag',
    description:
      'The exit status is 110 when an image stands on an outdated base or has one of the components, and 1 when nobody can tell.',
  },
];

const HOW: readonly Option[] = [
  JSON_OPTION,
  { name: 'csv', kind: 'flag', description: 'Prints comma-separated values instead of a table.' },
  { name: 'html', kind: 'text', placeholder: 'FILE', description: 'Also writes a page for browsers, in one file.' },
  PARALLEL_OPTION,
  inputOption('log-level'),
  HELP_OPTION,
];

export const FLEET: Command = {
  name: 'fleet',
  summary: 'Tells of many images what they are made of, and which of them stand on an outdated base.',
  usage: ['REGISTRY/PREFIX… [options]', '--list=FILE [options]', '--pods=FILE [options]'],
  details: [
    'Reads manifests, configurations and, with --component, the layer with bills of materials; no other layer. Not every registry can list its repositories: Docker Hub, ghcr.io and others need --list.',
    'Tags that keep old images for rebase ({tag}-before-{date}, {tag}-before-{digest}) are left out, but with --component. An image that can’t be read does not end the survey: it is told at its end, and the exit status is then 1, or 111 when a later try may help.',
  ],
  groups: [
    { title: 'Images', options: WHERE },
    { title: 'What to tell', options: WHAT },
    { title: 'Output', options: HOW },
    connectionGroup(),
  ],
  async run(invocation) {
    const request = readRequest(invocation);
    const page = readPage(invocation);
    const report = await withPorts(invocation, request.connection, (ports) => surveyFleet(request, ports));
    invocation.console.print(rendered(invocation, report));
    if (page !== undefined) await writeFileWhole(page, [Buffer.from(fleetPage(report))]);
    const failure = fleetFailure(report, flagValue(invocation, 'check') === 'true' ? 'check' : 'tell');
    if (failure !== undefined) throw failure;
  },
};

/** Looked at before the survey, which may take minutes. */
function readPage(invocation: Invocation): string | undefined {
  const text = flagValue(invocation, 'html');
  return text === undefined ? undefined : parseTargetFile(text, invocation.host.machine.workingDirectory, '--html');
}

function readRequest(invocation: Invocation): FleetRequest {
  const { inputs, flags, positionals, host } = invocation;
  const listed = (name: string) => flags.get(name) ?? [];
  const problems = [...invocation.problems.map(withPlaceHint), ...contradictions(invocation)];
  return collectProblems(problems, () => {
    const pods = flagValue(invocation, 'pods');
    const fleet = {
      prefixes: positionals,
      ...optional('pods', pods === undefined ? pods : readGivenText(invocation, pods, '--pods').text),
      components: listed('component'),
      labels: listed('label'),
      ...readSelection(invocation),
    };
    const context = { ...connectionContext(invocation), architecture: host.machine.architecture };
    return parseFleetInputs(inputs, fleet, context);
  });
}

/** What `rebase` has an option for are arguments here. */
function withPlaceHint(problem: InputProblem): InputProblem {
  if (problem.input !== '--all') return problem;
  return { ...problem, hint: 'Places are arguments here: buildpacks-ci fleet REGISTRY/PREFIX.' };
}

function contradictions(invocation: Invocation): readonly InputProblem[] {
  const { flags, positionals } = invocation;
  const isGiven = (name: string) => flags.get(name)?.at(-1) === 'true';
  const isBelow = positionals.length > 0;
  return [
    ...(flags.has('tags') && !isBelow
      ? [{ input: '--tags', message: 'counts at REGISTRY/PREFIX only, and none is given', hint: 'Leave it out.' }]
      : []),
    ...(isGiven('json') && isGiven('csv')
      ? [{ input: '--csv', message: 'does not go with --json', hint: 'Keep one of them.' }]
      : []),
    ...standardInputTwice(invocation, 'list', 'pods'),
  ];
}

function rendered(invocation: Invocation, report: FleetReport): string {
  if (flagValue(invocation, 'json') === 'true') return fleetJson(report);
  if (flagValue(invocation, 'csv') === 'true') return fleetCsv(report);
  return `${renderFleet(report, invocation.host.stdout.columns).join('\n')}\n`;
}
