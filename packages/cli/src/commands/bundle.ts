import {
  type BundleOutcome,
  collectProblems,
  formatSize,
  LOCK_FILE,
  parseBundleInputs,
  writeBundle,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { connectionContext, strayArguments, withPorts } from '../requests.ts';

const OPTIONS: readonly Option[] = [
  { name: 'lock-file', kind: 'text', placeholder: 'FILE', description: 'The lock.', default: LOCK_FILE },
  {
    name: 'output',
    kind: 'text',
    placeholder: 'DIR|FILE.tar',
    description: 'Where the bundle is written to: a directory, or an uncompressed tar. One that is there is replaced.',
  },
  {
    name: 'platform',
    kind: 'list',
    placeholder: 'OS/ARCHITECTURE',
    description: 'Packs the images of this platform only; may be given more than once.',
    default: 'all that the images have',
  },
  {
    name: 'dependencies',
    kind: 'list',
    placeholder: 'ID[@VERSION]',
    description:
      'Takes along what buildpacks of the lock fetch while they build, as jdk@17.0.9, node@20.* or jdk; may be given more than once.',
  },
  {
    name: 'since',
    kind: 'text',
    placeholder: 'FILE',
    description:
      'The lock of a bundle that was loaded before, made for the same platforms: what that one holds is left out.',
  },
  {
    name: 'part-size',
    kind: 'text',
    placeholder: 'SIZE',
    description: 'Cuts the tar into files of this size, each with a checksum: FILE.tar.part-0001 and so on.',
  },
];

export const BUNDLE: Command = {
  name: 'bundle',
  summary: 'Packs everything that a lock names, to be carried into a closed network.',
  usage: ['--output=DIR|FILE.tar [options]'],
  details: [
    'A bundle is an OCI layout: images, indexes and layers byte for byte, with their signatures and attestations, the lock, and SHA256SUMS. Packed twice it has the same bytes. The last line that is printed is the digest of the whole: tell it by another way than the bundle goes, and load --expect takes no other.',
    'A run that was ended is continued by the same command.',
  ],
  groups: [
    { title: 'Options', options: [...OPTIONS, inputOption('log-level'), JSON_OPTION, HELP_OPTION] },
    connectionGroup(),
  ],
  async run(invocation) {
    const request = collectProblems([...invocation.problems, ...strayArguments(invocation, 0)], () =>
      parseBundleInputs(givenInputs(invocation), invocation.inputs, connectionContext(invocation)),
    );
    const outcome = await withPorts(invocation, request.connection, (ports) => writeBundle(request, ports));
    const asJson = flagValue(invocation, 'json') === 'true';
    invocation.console.print(
      asJson ? `${JSON.stringify(outcome, undefined, 2)}\n` : `${describe(outcome).join('\n')}\n`,
    );
  },
};

function givenInputs(invocation: Invocation): Parameters<typeof parseBundleInputs>[0] {
  return {
    lockFile: flagValue(invocation, 'lock-file') ?? LOCK_FILE,
    output: flagValue(invocation, 'output'),
    platforms: invocation.flags.get('platform') ?? [],
    dependencies: invocation.flags.get('dependencies') ?? [],
    since: flagValue(invocation, 'since'),
    partSize: flagValue(invocation, 'part-size'),
  };
}

function describe(outcome: BundleOutcome): readonly string[] {
  const { files, digest, lock, images, attachments, dependencies, fetched, kept, omitted } = outcome;
  return [
    ...files.map(({ file, size }) => `${file}  ${formatSize(size)}`),
    `${images} images and ${attachments} manifests that belong to them${
      dependencies > 0 ? `, ${dependencies} dependencies of buildpacks` : ''
    }; ${formatSize(fetched)} fetched${
      kept > 0 ? `, ${formatSize(kept)} there already` : ''
    }${omitted > 0 ? `, ${formatSize(omitted)} left to the earlier bundle` : ''}`,
    `the lock is ${lock}`,
    digest,
  ];
}
