import path from 'node:path';
import {
  collectProblems,
  type InputProblem,
  parsePublishInputs,
  publishBuild,
  publishStaged,
} from '@buildpacks-ci/core';
import type { Command, Invocation } from '../command.ts';
import { handOverFolder, readHandedOver, sharingProblems, withConnectionVolumes } from '../hand-over.ts';
import { BUILD_DIRECTORY_OPTION, connectionGroup, HELP_OPTION, inputOption, JSON_OPTION } from '../option.ts';
import {
  BUILT_OPTION,
  HAND_OVER_OPTION,
  LISTS_OPTION,
  PLAN_DIGEST_OPTION,
  PROXY_DIRECTORY_OPTION,
  RESULT_OPTION,
} from '../pod-options.ts';
import { connectionContext, readBuildDirectory, withPorts } from '../requests.ts';
import { clearResults, PUBLISHED_RESULTS, publishedResults, readResultFiles, writeResults } from '../result-files.ts';
import { printResult } from './result.ts';

const POD_OPTIONS = [
  HAND_OVER_OPTION,
  BUILT_OPTION,
  PLAN_DIGEST_OPTION,
  PROXY_DIRECTORY_OPTION,
  LISTS_OPTION,
  { ...RESULT_OPTION, description: `${RESULT_OPTION.description} There are ${PUBLISHED_RESULTS.join(', ')}.` },
];

export const PUBLISH: Command = {
  name: 'publish',
  summary: 'Last stage of a build: verifies what the lifecycle made, and puts the image where the plan says.',
  usage: ['--build-directory=DIR [options]', '--hand-over=DIR --built=DIR --plan-digest=DIGEST [options]'],
  details: [
    'Where the image goes was decided by buildpacks-ci prepare and stands in the plan; nothing that the lifecycle wrote can change it.',
  ],
  groups: [
    {
      title: 'Options',
      options: [
        BUILD_DIRECTORY_OPTION,
        inputOption('cache-sign-key'),
        inputOption('policy'),
        inputOption('log-level'),
        JSON_OPTION,
        HELP_OPTION,
      ],
    },
    { title: 'Containers of one Pod', options: POD_OPTIONS },
    connectionGroup(),
  ],
  async run(invocation) {
    const folder = handOverFolder(invocation);
    if (folder !== undefined) return publishHandedOver(invocation, folder);
    const { directory, problems } = readBuildDirectory(invocation);
    const inputs = publishInputs(invocation, [...problems, ...sharingProblems(invocation)]);
    const result = await withPorts(invocation, inputs.connection, (ports) => publishBuild(directory, inputs, ports));
    printResult(result, invocation);
  },
};

/** Results are written when all that the plan wants is published and verified, and not before. */
async function publishHandedOver(invocation: Invocation, prepared: string): Promise<void> {
  const { files, problems } = readResultFiles(invocation, PUBLISHED_RESULTS);
  await clearResults(files);
  const { build, problems: more } = readHandedOver(invocation);
  const pod = withConnectionVolumes(invocation);
  const inputs = publishInputs({ ...invocation, inputs: pod.inputs }, [
    ...problems,
    ...more,
    ...pod.problems,
    ...sharingProblems(invocation),
  ]);
  const result = await withPorts(invocation, inputs.connection, (ports) => {
    const file = path.join(ports.machine.temporary, 'result.json');
    return publishStaged({ ...build, prepared, result: file }, inputs, ports);
  });
  await writeResults(files, publishedResults(result));
  printResult(result, invocation);
}

function publishInputs(invocation: Invocation, problems: readonly InputProblem[]) {
  return collectProblems([...invocation.problems, ...problems], () =>
    parsePublishInputs(invocation.inputs, connectionContext(invocation)),
  );
}
