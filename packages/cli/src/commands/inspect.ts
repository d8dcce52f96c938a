import {
  BuildpacksError,
  collectProblems,
  diff,
  diffJson,
  inspect,
  inspectionJson,
  type InspectRequest,
  optional,
  parseInspectInputs,
  renderDiff,
  renderInspection,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { connectionContext, readPositional, withPorts } from '../requests.ts';

const DIFF_OPTION: Option = {
  name: 'diff',
  kind: 'text',
  placeholder: 'IMAGE',
  description: 'Tells only what is different in this other image.',
};

const CHECK_OPTION: Option = {
  name: 'check',
  kind: 'flag',
  description:
    'Asks what the run image’s name leads to now, and the exit status is 110 when that is a newer one. Images on a registry are told about it in any case, but with --no-check.',
};

export const INSPECT: Command = {
  name: 'inspect',
  summary: 'Tells what an app image is made of: run image, buildpacks, processes, layers, bills of materials.',
  usage: [
    'IMAGE [options]',
    'oci:DIR [options]',
    'oci-archive:FILE [options]',
    'docker://NAME [options]',
    'IMAGE --diff=IMAGE [options]',
  ],
  details: [],
  groups: [
    {
      title: 'Options',
      options: [
        DIFF_OPTION,
        CHECK_OPTION,
        inputOption('platform', "Which image of a multi-platform one. Default: this machine's platform."),
        inputOption('sbom-directory', 'Where the bills of materials in the image are written.'),
        inputOption('log-level'),
        JSON_OPTION,
        HELP_OPTION,
      ],
    },
    connectionGroup(),
  ],
  async run(invocation) {
    const request = readRequest(invocation);
    await (request.diff === undefined ? printInspection(invocation, request) : printDiff(invocation, request));
  },
};

function readRequest(invocation: Invocation): InspectRequest {
  const { architecture } = invocation.host.machine;
  const image = readPositional(invocation, 'image');
  const check = flagValue(invocation, 'check');
  const wishes = {
    ...optional('diff', flagValue(invocation, 'diff')),
    ...optional('base', check === undefined ? undefined : check === 'true'),
  };
  return collectProblems([...invocation.problems, ...image.problems], () =>
    parseInspectInputs(image.inputs, wishes, { ...connectionContext(invocation), architecture }),
  );
}

async function printInspection(invocation: Invocation, request: InspectRequest): Promise<void> {
  const inspection = await withPorts(invocation, request.connection, (ports) => inspect(request, ports));
  print(invocation, inspectionJson(inspection), renderInspection(inspection));
  if (flagValue(invocation, 'check') !== 'true' || inspection.base?.state === 'current') return;
  if (inspection.base?.state === 'outdated') {
    throw new BuildpacksError('outdated', `there is a newer run image than the one in "${inspection.name}"`, {
      hint: inspection.rebasable
        ? 'buildpacks-ci rebase puts the image onto it.'
        : 'The image says that it must not be rebased: build it again.',
    });
  }
  const reason = inspection.base?.reason ?? 'nobody was asked';
  throw new BuildpacksError('registry', `nobody can tell whether there is a newer run image: ${reason}`);
}

async function printDiff(invocation: Invocation, request: InspectRequest): Promise<void> {
  const found = await withPorts(invocation, request.connection, (ports) => diff(request, ports));
  print(invocation, diffJson(found), renderDiff(found));
}

function print(invocation: Invocation, json: string, lines: readonly string[]): void {
  const asJson = flagValue(invocation, 'json') === 'true';
  invocation.console.print(asJson ? json : `${lines.join('\n')}\n`);
}
