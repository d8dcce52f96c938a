import { collectProblems, inspect, inspectionJson, parseInspectInputs, renderInspection } from '@buildpacks-ci/core';
import { type Command, flagValue } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION } from '../option.ts';
import { connectionContext, readPositional, withPorts } from '../requests.ts';

export const INSPECT: Command = {
  name: 'inspect',
  summary: 'Tells what an app image is made of: run image, buildpacks, processes, layers, bills of materials.',
  usage: ['IMAGE [options]', 'oci:DIR [options]', 'oci-archive:FILE [options]'],
  details: [],
  groups: [
    {
      title: 'Options',
      options: [
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
    const { architecture } = invocation.host.machine;
    const image = readPositional(invocation, 'image');
    const request = collectProblems([...invocation.problems, ...image.problems], () =>
      parseInspectInputs(image.inputs, { ...connectionContext(invocation), architecture }),
    );
    const inspection = await withPorts(invocation, request.connection, (ports) => inspect(request, ports));
    const asJson = flagValue(invocation, 'json') === 'true';
    invocation.console.print(asJson ? inspectionJson(inspection) : `${renderInspection(inspection).join('\n')}\n`);
  },
};
