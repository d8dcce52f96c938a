import { doctor, doctorJson, failureOf, renderReport } from '@buildpacks-ci/core';
import { type Command, flagValue } from '../command.ts';
import { HELP_OPTION, inputGroups, JSON_OPTION, type Option } from '../option.ts';
import { readBuildRequest, withPorts } from '../requests.ts';

const CHECK_OPTION: Option = {
  name: 'check',
  kind: 'flag',
  description:
    'Also tries everything that the build would need on the network: reading each image, writing to each repository.',
};

export const DOCTOR: Command = {
  name: 'doctor',
  summary: 'Tells how a build would reach what it needs: proxies, certificates, mirrors, credentials; and tries it.',
  usage: ['[IMAGE] [--check] [options]'],
  details: [
    'Takes all options of build, none of which is needed: without image and builder it shows what holds for every build. It builds nothing, pulls nothing, and leaves nothing on a registry.',
    'With --check the exit status is 0 when everything works, else that which a build would have: 2 for inputs and credentials, 111 for trouble that may pass, 112 for what a rule forbids, 1 for anything else.',
  ],
  groups: [{ title: 'General', options: [CHECK_OPTION, JSON_OPTION, HELP_OPTION] }, ...inputGroups()],
  async run(invocation) {
    const request = readBuildRequest(invocation, { nameless: true });
    const check = flagValue(invocation, 'check') === 'true';
    const report = await withPorts(invocation, request.connection, (ports) => doctor(request, { check }, ports));
    const asJson = flagValue(invocation, 'json') === 'true';
    invocation.console.print(asJson ? doctorJson(report) : `${renderReport(report).join('\n')}\n`);
    const failure = failureOf(report);
    if (failure !== undefined) throw failure;
  },
};
