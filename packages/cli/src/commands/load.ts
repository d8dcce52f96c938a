import {
  collectProblems,
  formatReference,
  formatSize,
  loadBundle,
  type LoadOutcome,
  lookIntoBundle,
  mirrorConfig,
  parseLoadInputs,
  parseLookInputs,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { connectionContext, strayArguments, withPorts } from '../requests.ts';
import { describeContents } from './bundle-contents.ts';

const OPTIONS: readonly Option[] = [
  {
    name: 'to',
    kind: 'text',
    placeholder: 'REGISTRY/PREFIX',
    description: 'Where the images go: each below this prefix, under its full name with the host.',
  },
  {
    name: 'expect',
    kind: 'text',
    placeholder: 'DIGEST',
    description:
      'The digest that bundle has printed, told by another way than the bundle came: another one is refused.',
  },
  {
    name: 'lock-file',
    kind: 'text',
    placeholder: 'FILE',
    description: "Writes the bundle's lock there, the one that was checked, for build --locked.",
  },
  {
    name: 'dry-run',
    kind: 'flag',
    description:
      'Checks the bundle and asks the registry what it has and whether images may be pushed; sends nothing. Without --to it reaches no registry, and lists what is in the bundle.',
  },
  {
    name: 'dependencies-to',
    kind: 'text',
    placeholder: 'DIR',
    description: 'Where what buildpacks fetch goes, with a binding that leads them there, if the bundle has any.',
  },
  {
    name: 'dependency-uri',
    kind: 'text',
    placeholder: 'URL',
    description:
      'Under which address builds see that directory: https://HOST/PATH of a server with its content, or file:///PATH where it is mounted.',
    default: 'its own path',
  },
  {
    name: 'mirror-config',
    kind: 'list',
    placeholder: 'FILE',
    description:
      'Writes the configuration of mirrors for other programs: a registries.conf if the name ends in .conf, IDMS and ITMS of OpenShift if in .yaml, else lines for registry-mirrors.',
  },
];

export const LOAD: Command = {
  name: 'load',
  summary: 'Puts a bundle on the registry of a closed network.',
  usage: ['BUNDLE --to=REGISTRY/PREFIX [options]', 'BUNDLE --dry-run [options]'],
  details: [
    'BUNDLE is a directory, a tar, or any of the parts. Every byte of it is checked before anything is sent; what the registry has is not sent again, so that a run that was ended is continued by the same command. Tags come last.',
    'Standard output gets the lines for registry-mirrors with which builds find the images there under their own names.',
  ],
  groups: [
    { title: 'Options', options: [...OPTIONS, inputOption('log-level'), JSON_OPTION, HELP_OPTION] },
    connectionGroup(),
  ],
  async run(invocation) {
    const isLook = flagValue(invocation, 'dry-run') === 'true' && flagValue(invocation, 'to') === undefined;
    await (isLook ? look(invocation) : load(invocation));
  },
};

async function look(invocation: Invocation): Promise<void> {
  const request = collectProblems([...invocation.problems, ...strayArguments(invocation, 1, oneByOne)], () =>
    parseLookInputs(givenInputs(invocation), invocation.inputs, connectionContext(invocation)),
  );
  const contents = await withPorts(invocation, request.connection, (ports) => lookIntoBundle(request, ports));
  const asJson = flagValue(invocation, 'json') === 'true';
  invocation.console.print(
    asJson ? `${JSON.stringify(contents, undefined, 2)}\n` : `${describeContents(contents).join('\n')}\n`,
  );
}

async function load(invocation: Invocation): Promise<void> {
  const request = collectProblems([...invocation.problems, ...strayArguments(invocation, 1, oneByOne)], () =>
    parseLoadInputs(givenInputs(invocation), invocation.inputs, connectionContext(invocation)),
  );
  const outcome = await withPorts(invocation, request.connection, async (ports) => {
    const loaded = await loadBundle(request, ports);
    for (const line of describe(loaded, request.isRehearsal)) ports.log.info(line);
    return loaded;
  });
  const asJson = flagValue(invocation, 'json') === 'true';
  invocation.console.print(asJson ? json(outcome) : mirrorConfig(outcome.mirrors, 'lines'));
}

function givenInputs(invocation: Invocation): Parameters<typeof parseLoadInputs>[0] {
  return {
    bundle: invocation.positionals[0],
    to: flagValue(invocation, 'to'),
    expect: flagValue(invocation, 'expect'),
    lockFile: flagValue(invocation, 'lock-file'),
    dependenciesTo: flagValue(invocation, 'dependencies-to'),
    dependencyUri: flagValue(invocation, 'dependency-uri'),
    isRehearsal: flagValue(invocation, 'dry-run') === 'true',
    mirrorConfigs: invocation.flags.get('mirror-config') ?? [],
  };
}

function oneByOne(): string {
  return 'Load one bundle after the other.';
}

function describe(outcome: LoadOutcome, isRehearsal: boolean): readonly string[] {
  const { images, attachments, uploaded, mounted, present, digest, lock, dependencyBinding: binding } = outcome;
  const did = isRehearsal ? 'to be uploaded' : 'uploaded';
  return [
    ...images.flatMap(({ name, pulls }) => pulls.map((pull) => `${name} -> ${formatReference(pull)}`)),
    `${images.length} images and ${attachments} manifests that belong to them: ${formatSize(uploaded)} ${did}, ${formatSize(mounted)} between its repositories, ${formatSize(present)} there already`,
    ...(binding === undefined ? [] : [`builds find their dependencies with --bindings=dependencies=${binding}`]),
    `the bundle is ${digest}, of the lock ${lock}`,
  ];
}

function json({ images, ...outcome }: LoadOutcome): string {
  const named = images.map((image) => ({
    ...image,
    reference: formatReference(image.reference),
    pulls: image.pulls.map((pull) => formatReference(pull)),
  }));
  return `${JSON.stringify({ images: named, ...outcome }, undefined, 2)}\n`;
}
