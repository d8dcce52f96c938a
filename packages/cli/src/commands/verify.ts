import { BuildpacksError, renderNeeds, summaryOf, verifyOffline, type VerifyRequest } from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { HELP_OPTION, inputGroups, JSON_OPTION } from '../option.ts';
import { readBuildRequest, withPorts } from '../requests.ts';

export const VERIFY: Command = {
  name: 'verify',
  summary: 'Tells, without building, what a build would need from outside of a closed network.',
  usage: ['[--offline] [options]'],
  details: [
    'Takes the options of build. It looks at images, with --locked by the lock; at what the buildpacks of the builder fetch, by their buildpack.toml, less what bindings and mirrors supply; and at package managers, by their files in the app. For the buildpacks their layers are read.',
    'With --offline it reaches only what such a build may reach: run it so in the closed network. Without, it looks from outside, as before a bundle is made, and judges in the same way.',
    'The exit status is 112 when there is anything: a build with offline would be refused it, and nothing here is wrong or outdated.',
  ],
  groups: [{ title: 'Verify', options: [JSON_OPTION, HELP_OPTION] }, ...inputGroups()],
  async run(invocation) {
    const request = readRequest(invocation);
    const outcome = await withPorts(invocation, request.connection, (ports) => verifyOffline(request, ports));
    const asJson = flagValue(invocation, 'json') === 'true';
    invocation.console.print(
      asJson ? `${JSON.stringify(outcome, undefined, 2)}\n` : `${renderNeeds(outcome).join('\n')}\n`,
    );
    if (outcome.needs.length > 0) {
      throw new BuildpacksError('policy', summaryOf(outcome.needs), { hint: 'The list says what to do about each.' });
    }
  },
};

/** Whether the look-ups keep to the closed network is for the inputs as given to say. */
function readRequest(invocation: Invocation): VerifyRequest {
  const { connection } = readBuildRequest(invocation, { nameless: true });
  const inputs = { ...invocation.inputs, offline: 'true' };
  return { build: readBuildRequest({ ...invocation, inputs }, { nameless: true }), connection };
}
