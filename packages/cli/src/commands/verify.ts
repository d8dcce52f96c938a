import { BuildpacksError, renderNeeds, summaryOf, verifyOffline, type VerifyRequest } from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { HELP_OPTION, inputGroups, JSON_OPTION } from '../option.ts';
import { readBuildRequest, strayArguments, withPorts } from '../requests.ts';

export const VERIFY: Command = {
  name: 'verify',
  summary: 'Tells, without building, what a build would need from outside of a closed network.',
  usage: ['[--offline] [options]'],
  details: [
    'Takes the options of build. It looks at images, with --locked by the lock; at what the buildpacks of the builder fetch, by their buildpack.toml, less what bindings and mirrors supply; and at package managers, by their files in the app. For the buildpacks their layers are read.',
    'With --offline it reaches only what such a build may reach, and looks whether each image is there: run it so in the closed network. Without, it looks from outside, as before a bundle is made, and takes what the lock or a mirror names as carried over.',
    "The exit status is 112 when there is anything: a build with offline would be refused it, and nothing here is wrong or outdated. What can't be judged, since the way there or a name is wrong, ends with the status that a build would have.",
    'The tool image is not looked for: jobs and nodes pull it by themselves.',
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
function readRequest(given: Invocation): VerifyRequest {
  const invocation = {
    ...given,
    positionals: [],
    problems: [...given.problems, ...strayArguments(given, 0, pathHint)],
  };
  const { connection } = readBuildRequest(invocation, { nameless: true });
  const inputs = { ...invocation.inputs, offline: 'true' };
  return { build: readBuildRequest({ ...invocation, inputs }, { nameless: true }), connection };
}

/** An app's folder without its option would be taken for an image, and another folder be looked at. */
function pathHint(argument: string): string {
  return `Give the folder of an app by --path=${argument}; verify needs no image's name.`;
}
