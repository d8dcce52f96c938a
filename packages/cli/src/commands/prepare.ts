import { jobTools, prepareBuild, prepareStaged, TOOL_FOLDER } from '@buildpacks-ci/core';
import type { Command, Invocation } from '../command.ts';
import { builderName, handOverFolder, POD_TERMS, sharingProblems, withPodInputs } from '../hand-over.ts';
import { BUILD_DIRECTORY_OPTION, HELP_OPTION, inputGroups } from '../option.ts';
import {
  BINDINGS_DIRECTORY_OPTION,
  CACHE_DIRECTORY_OPTION,
  HAND_OVER_OPTION,
  LISTS_OPTION,
  PROXY_DIRECTORY_OPTION,
  RESULT_OPTION,
  SAME_USER_OPTION,
} from '../pod-options.ts';
import { readBuildDirectory, readBuildRequest, withPorts } from '../requests.ts';
import { clearResults, PREPARED_RESULTS, readResultFiles, writeResults } from '../result-files.ts';

const POD_OPTIONS = [
  HAND_OVER_OPTION,
  CACHE_DIRECTORY_OPTION,
  BINDINGS_DIRECTORY_OPTION,
  PROXY_DIRECTORY_OPTION,
  SAME_USER_OPTION,
  LISTS_OPTION,
  { ...RESULT_OPTION, description: `${RESULT_OPTION.description} There is ${PREPARED_RESULTS.join(', ')}.` },
];

export const PREPARE: Command = {
  name: 'prepare',
  summary: 'First stage of a build: reads registries and the app, and writes the build directory.',
  usage: ['[IMAGE] --build-directory=DIR [options]', '[IMAGE] --hand-over=DIR [options]'],
  details: [
    'Afterwards the lifecycle runs in the builder with this directory (buildpacks-ci run does it), and then buildpacks-ci publish finishes the build. This stage and publish use credentials, the one between them has none.',
    'With --hand-over the lifecycle runs in a container that is the builder itself, as the Tekton Task and the templates for Argo have it.',
  ],
  groups: [
    ...inputGroups(),
    { title: 'Containers of one Pod', options: POD_OPTIONS },
    { title: 'General', options: [BUILD_DIRECTORY_OPTION, HELP_OPTION] },
  ],
  async run(invocation) {
    const folder = handOverFolder(invocation);
    if (folder !== undefined) return handOver(invocation, folder);
    const { directory, problems } = readBuildDirectory(invocation);
    const request = readBuildRequest(invocation, { problems: [...problems, ...sharingProblems(invocation)] });
    await withPorts(invocation, request.connection, (ports) => prepareBuild(request, ports, directory));
    invocation.console.print(`${directory}\n`);
  },
};

async function handOver(invocation: Invocation, prepared: string): Promise<void> {
  const { files, problems } = readResultFiles(invocation, PREPARED_RESULTS);
  await clearResults(files);
  const { inputs, problems: more } = withPodInputs(invocation);
  const request = readBuildRequest(
    { ...invocation, inputs },
    { problems: [...problems, ...more, ...sharingProblems(invocation)], complete: true },
  );
  const planDigest = await withPorts(invocation, request.connection, async (ports) => {
    const tools = await jobTools(TOOL_FOLDER, ports.processes);
    return prepareStaged(request, { prepared, tools, builderName: builderName(inputs), terms: POD_TERMS }, ports);
  });
  await writeResults(files, { 'plan-digest': planDigest });
}
