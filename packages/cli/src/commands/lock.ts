import {
  BuildpacksError,
  type InputProblem,
  InputError,
  LOCK_FILE,
  lockImages,
  lockJson,
  type LockOutcome,
  type LockRequest,
  optional,
  parseBuilder,
  parseReference,
  renderChanges,
  TOOL_IMAGE,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { HELP_OPTION, inputGroups, inputOption, JSON_OPTION, type Option, type OptionGroup } from '../option.ts';
import { readBuildRequest, withPorts } from '../requests.ts';

const CHECK_OPTION: Option = {
  name: 'check',
  kind: 'flag',
  description: 'Writes nothing; the exit status is 110 when a tag has moved or the inputs need other images.',
};

const UPDATE_OPTION: Option = {
  name: 'update',
  kind: 'flag',
  description: 'Looks every tag up anew. Without it, names that are in the lock keep their digests.',
};

const BUILDER_OPTION: Option = {
  ...inputOption('builder'),
  kind: 'list',
  description: 'Builder image. Given again, the lock is for builds with each of them.',
  default: 'the one of project.toml, else those of the lock',
};

const TOOL_IMAGE_OPTION: Option = {
  name: 'tool-image',
  kind: 'text',
  placeholder: 'IMAGE|none',
  description: 'Our own image, which the stages need in clusters; none leaves it out.',
  default: TOOL_IMAGE,
};

const IMAGES_LOCK_OPTION: Option = {
  name: 'images-lock',
  kind: 'text',
  placeholder: 'FILE',
  description: 'Also writes the images as an ImagesLock, the list that imgpkg and kbld read.',
};

const OPTIONS = [CHECK_OPTION, UPDATE_OPTION, TOOL_IMAGE_OPTION, IMAGES_LOCK_OPTION, JSON_OPTION, HELP_OPTION];

export const LOCK: Command = {
  name: 'lock',
  summary: 'Writes down by digest every image that a build needs.',
  usage: ['[options]'],
  details: [
    `Takes the options of build, and writes ${LOCK_FILE} or what --lock-file names: the builder with the lifecycle in it, its run images, buildpacks that are images, and our own image, for all their platforms. Commit it: build --locked then uses only what it names, and bundle packs it.`,
    'What is in the lock stays there with its digest until --update: a builder can be added without naming those that are there.',
    'What has moved goes to standard output, or the whole lock with --json.',
  ],
  groups: [{ title: 'Lock', options: OPTIONS }, ...withSeveralBuilders(inputGroups())],
  async run(invocation) {
    const request = readLockRequest(invocation);
    const outcome = await withPorts(invocation, request.build.connection, (ports) => lockImages(request, ports));
    const asJson = flagValue(invocation, 'json') === 'true';
    invocation.console.print(asJson ? lockJson(outcome.lock) : `${describe(outcome, request.file).join('\n')}\n`);
    const isOutdated = outcome.changes?.length !== 0;
    if (request.mode === 'check' && isOutdated) {
      throw new BuildpacksError('outdated', `"${request.file}" is not what the registries have now`, {
        hint: 'Look at what has moved, then run buildpacks-ci lock --update.',
      });
    }
  },
};

/** A build has one; a lock may be for builds with different ones. */
function withSeveralBuilders(groups: readonly OptionGroup[]): readonly OptionGroup[] {
  return groups.map(({ title, options }) => ({
    title,
    options: options.map((option) => (option.name === BUILDER_OPTION.name ? BUILDER_OPTION : option)),
  }));
}

function readLockRequest(invocation: Invocation): LockRequest {
  const tool = readToolImage(invocation);
  const [builder, ...others] = (invocation.flags.get(BUILDER_OPTION.name) ?? []).filter((text) => text.trim() !== '');
  const more = readBuilders(others, invocation);
  const [isCheck, isUpdate] = ['check', 'update'].map((name) => flagValue(invocation, name) === 'true');
  const imagesLock = flagValue(invocation, IMAGES_LOCK_OPTION.name);
  const problems = [
    ...tool.problems,
    ...more.problems,
    ...(isCheck === true && isUpdate === true ? [notWithCheck('update')] : []),
    ...(isCheck === true && imagesLock !== undefined ? [notWithCheck(IMAGES_LOCK_OPTION.name)] : []),
  ];
  // What is to be made can't be used yet.
  const inputs = { ...invocation.inputs, locked: 'false', ...optional('builder', builder) };
  const build = readBuildRequest({ ...invocation, inputs }, { problems, nameless: true });
  const target = { build, moreBuilders: more.builders, file: fileOf(invocation), ...tool.wish };
  if (isCheck === true) return { ...target, mode: 'check' };
  return { ...target, mode: isUpdate === true ? 'update' : 'keep', ...(imagesLock !== undefined && { imagesLock }) };
}

function notWithCheck(flag: string): InputProblem {
  return { input: '--check', message: `does not go with --${flag}`, hint: 'Keep one of them.' };
}

function fileOf({ inputs }: Invocation): string {
  const given = inputs['lock-file'];
  const text = typeof given === 'string' ? given.trim() : '';
  return text === '' ? LOCK_FILE : text;
}

function readBuilders(texts: readonly string[], { host }: Invocation) {
  const read = texts.map((text) => attempt(() => parseBuilder(text, host.machine.workingDirectory)));
  return { builders: read.flatMap(({ value }) => value ?? []), problems: read.flatMap(({ problems }) => problems) };
}

function readToolImage(invocation: Invocation): {
  readonly wish: Pick<LockRequest, 'toolImage'>;
  readonly problems: readonly InputProblem[];
} {
  const text = flagValue(invocation, TOOL_IMAGE_OPTION.name);
  if (text === 'none') return { wish: {}, problems: [] };
  const { value: reference, problems } = attempt(() => parseReference(text ?? TOOL_IMAGE, TOOL_IMAGE_OPTION.name));
  return {
    wish: reference === undefined ? {} : { toolImage: { reference, isOptional: text === undefined } },
    problems,
  };
}

/** What is wrong is told together with all else that is. */
function attempt<T>(read: () => T): { readonly value?: T; readonly problems: readonly InputProblem[] } {
  try {
    return { value: read(), problems: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { problems: error.problems };
  }
}

function describe({ lock, changes }: LockOutcome, file: string): readonly string[] {
  const all = changes ?? lock.images.map((image) => ({ kind: 'added' as const, image }));
  return all.length === 0 ? [`${file} is up to date`] : renderChanges(all);
}
