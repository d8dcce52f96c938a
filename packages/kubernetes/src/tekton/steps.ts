import { environmentName, type InputDefinition } from '@buildpacks-ci/core';
import { POD_INPUTS, PUBLISH_INPUTS, REBASE_POD_INPUTS } from '../pod/inputs.ts';
import { BUILT, OWN_FOLDERS, PREPARED, SCRATCH } from '../pod/places.ts';
import {
  BUILD_ENVIRONMENT,
  BUILD_RESOURCES,
  COMMANDS,
  IMAGE_PULL,
  mount,
  MOUNTS,
  type VolumeMount,
} from '../pod/program.ts';
import { builderSecurity, toolSecurity, type Users } from '../pod/security.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { declared, PREPARE_RESULTS, PUBLISH_RESULTS, REBASE_RESULTS, resultOptions } from './results.ts';
import { pathOf, PREPARE_WORKSPACES, PUBLISH_WORKSPACES, REBASE_WORKSPACES } from './workspaces.ts';

/** A step of a Task. */
export interface Step extends YamlMapping {
  readonly volumeMounts: readonly VolumeMount[];
}

/** Everything that needs credentials before buildpacks run. */
export function prepareStep(users: Users): Step {
  return {
    name: 'prepare',
    image: image('tool-image'),
    ...IMAGE_PULL,
    workingDir: pathOf('source'),
    command: COMMANDS.prepare,
    args: [
      `--hand-over=${PREPARED.folder}`,
      `--cache-directory=${pathOf('cache')}`,
      `--bindings-directory=${pathOf('bindings')}`,
      `--proxy-directory=${pathOf('proxy')}`,
      ...(users === 'cluster' ? ['--same-user'] : []),
      ...resultOptions(PREPARE_RESULTS),
      ...lists(POD_INPUTS),
    ],
    env: environment(POD_INPUTS),
    results: declared(PREPARE_RESULTS),
    workspaces: PREPARE_WORKSPACES,
    volumeMounts: MOUNTS.prepare,
    securityContext: toolSecurity(users),
  };
}

/**
 * Where Tekton's entrypoint takes up what a step says of the run, whoever wrote it: the termination message, which may hold results, and
 * artifacts, of the step and of all steps together (Tekton's pkg/entrypoint; no feature flag keeps it from reading them).
 */
const LAST_WORDS = '/tekton/termination /tekton/artifacts/* /tekton/run/*/status/artifacts/*';

/** The builder itself runs buildpacks: no workspace, no input, nothing of ours but a constant script. */
export function buildStep(users: Users): Step {
  return {
    name: 'build',
    image: image('builder'),
    ...IMAGE_PULL,
    command: COMMANDS.build,
    env: [...BUILD_ENVIRONMENT, { name: 'BUILDPACKS_CI_LAST_WORDS', value: LAST_WORDS }],
    volumeMounts: [...MOUNTS.build, ...(users === 'cluster' ? OWN_FOLDERS.map(mount) : [])],
    computeResources: BUILD_RESOURCES,
    securityContext: builderSecurity(),
  };
}

/** Verifies what the build has left, and puts the image where the plan says. */
export function publishStep(users: Users): Step {
  return {
    name: 'publish',
    image: image('tool-image'),
    ...IMAGE_PULL,
    workingDir: SCRATCH.mount,
    command: COMMANDS.publish,
    args: [
      `--hand-over=${PREPARED.folder}`,
      `--built=${BUILT.mount}`,
      '--plan-digest=$(steps.prepare.results.plan-digest)',
      `--proxy-directory=${pathOf('proxy')}`,
      ...resultOptions(PUBLISH_RESULTS),
      ...lists(PUBLISH_INPUTS),
    ],
    env: environment(PUBLISH_INPUTS),
    results: declared(PUBLISH_RESULTS),
    workspaces: PUBLISH_WORKSPACES,
    volumeMounts: MOUNTS.publish,
    securityContext: toolSecurity(users),
  };
}

/** Puts images on a newer run image. Nothing foreign runs beside it, so one step has all that there is. */
export function rebaseStep(users: Users): Step {
  return {
    name: 'rebase',
    image: image('tool-image'),
    ...IMAGE_PULL,
    workingDir: SCRATCH.mount,
    command: COMMANDS.rebase,
    args: [`--proxy-directory=${pathOf('proxy')}`, ...resultOptions(REBASE_RESULTS), ...lists(REBASE_POD_INPUTS)],
    env: environment(REBASE_POD_INPUTS),
    results: declared(REBASE_RESULTS),
    workspaces: REBASE_WORKSPACES,
    volumeMounts: [mount(SCRATCH)],
    securityContext: toolSecurity(users),
  };
}

function image(param: string): string {
  return `$(params.registry-prefix)$(params.${param})`;
}

/** Inputs that are one text, as variables: Tekton puts a param into them as it is, whatever it holds. */
function environment(inputs: readonly InputDefinition[]): readonly YamlMapping[] {
  const texts = inputs.filter(({ type }) => type !== 'list');
  return [
    { name: 'HOME', value: SCRATCH.mount },
    { name: 'DOCKER_CONFIG', value: pathOf('dockerconfig') },
    ...texts.map(({ name }) => ({ name: environmentName(name), value: param(name) })),
  ];
}

/** A workspace is one more item; without one it is empty text, which means nothing. */
const MORE_ITEMS: Readonly<Record<string, string>> = {
  'ca-certificates': pathOf('ca-certs'),
  'registries-conf': pathOf('registries-conf'),
};

/** Arrays, which Tekton puts into arguments as a whole and nowhere else (`takeLists` of the command line). */
function lists(inputs: readonly InputDefinition[]): readonly string[] {
  const names = inputs.filter(({ type }) => type === 'list').map(({ name }) => name);
  const items = names.flatMap((name) => {
    const more = MORE_ITEMS[name];
    return ['--', param(`${name}[*]`), ...(more === undefined ? [] : [more])];
  });
  return [`--lists=${names.join(',')}`, ...items];
}

function param(name: string): string {
  return `$(params.${name})`;
}
