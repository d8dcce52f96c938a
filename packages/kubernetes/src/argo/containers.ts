import { environmentName, type InputDefinition } from '@buildpacks-ci/core';
import { POD_INPUTS, PUBLISH_INPUTS, REBASE_POD_INPUTS } from '../pod/inputs.ts';
import { BUILT, PREPARED, SCRATCH } from '../pod/places.ts';
import { BUILD_ENVIRONMENT, COMMANDS, IMAGE_PULL, mount, MOUNTS, readOnlyMount } from '../pod/program.ts';
import { builderSecurity, toolSecurity } from '../pod/security.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { evaluated, parameterIn, valueOf } from './expression.ts';
import { USERS } from './users.ts';
import { BINDING_SECRETS, BINDINGS_FOLDER, CACHE, CACHE_CLAIM, NO_TOKEN, SOURCE, VOLUMES_BY_NAME } from './volumes.ts';

const [DOCKER, CERTIFICATES, MIRRORS, PROXY] = VOLUMES_BY_NAME;
/** Out of reach of the container that runs the buildpacks. */
const PLAN_DIGEST = `${SCRATCH.mount}/plan-digest`;
const RESULTS = ['image', 'digest', 'base-image-digest', 'cache'] as const;
const REBASE_RESULTS = ['rebased', 'outdated', 'failed', 'references'] as const;

/** What Argo's own container reads from the volume of temporary files when `main` has ended. */
export const OUTPUTS = outputsOf(RESULTS);
/** The same of a rebase. */
export const REBASE_OUTPUTS = outputsOf(REBASE_RESULTS);

function outputsOf(results: readonly string[]): readonly YamlMapping[] {
  return results.map((name) => ({ name, valueFrom: { path: resultFile(name), default: '' } }));
}

/** Everything that needs credentials before buildpacks run. */
export function prepareContainer(): YamlMapping {
  return {
    name: 'prepare',
    image: image('tool-image'),
    ...IMAGE_PULL,
    workingDir: `${SOURCE.mount}/${valueOf('source-directory')}`,
    command: COMMANDS.prepare,
    args: [
      `--hand-over=${PREPARED.folder}`,
      `--cache-directory=${folderFor(CACHE_CLAIM, CACHE.mount)}`,
      `--bindings-directory=${folderFor(BINDING_SECRETS, BINDINGS_FOLDER)}`,
      `--proxy-directory=${PROXY.mount}`,
      `--same-user=${valueOf(USERS)}`,
      `--result=plan-digest=${PLAN_DIGEST}`,
    ],
    env: environment(POD_INPUTS),
    volumeMounts: [
      ...MOUNTS.prepare,
      readOnlyMount(SOURCE),
      mount(CACHE),
      readOnlyMount(NO_TOKEN),
      ...VOLUMES_BY_NAME.map(readOnlyMount),
    ],
    securityContext: toolSecurity('fixed'),
  };
}

/** The builder itself runs buildpacks: no input, nothing of ours but a constant script. */
export function buildContainer(): YamlMapping {
  return {
    name: 'build',
    image: image('builder'),
    ...IMAGE_PULL,
    command: COMMANDS.build,
    env: BUILD_ENVIRONMENT,
    volumeMounts: [...MOUNTS.build, readOnlyMount(NO_TOKEN)],
    securityContext: builderSecurity(),
  };
}

/** Verifies what the build has left, and puts the image where the plan says. Argo calls it `main`. */
export function publishContainer(): YamlMapping {
  return {
    image: image('tool-image'),
    ...IMAGE_PULL,
    workingDir: SCRATCH.mount,
    command: COMMANDS.publish,
    args: [
      `--hand-over=${PREPARED.folder}`,
      `--built=${BUILT.mount}`,
      `--plan-digest=${PLAN_DIGEST}`,
      `--proxy-directory=${PROXY.mount}`,
      ...RESULTS.map((name) => `--result=${name}=${resultFile(name)}`),
    ],
    env: environment(PUBLISH_INPUTS),
    volumeMounts: [...MOUNTS.publish, mount(CACHE), readOnlyMount(NO_TOKEN), ...VOLUMES_BY_NAME.map(readOnlyMount)],
    securityContext: toolSecurity('fixed'),
  };
}

/** Puts images on a newer run image. Nothing foreign runs beside it, so one container has all that there is. */
export function rebaseContainer(): YamlMapping {
  return {
    image: image('tool-image'),
    ...IMAGE_PULL,
    workingDir: SCRATCH.mount,
    command: COMMANDS.rebase,
    args: [`--proxy-directory=${PROXY.mount}`, ...REBASE_RESULTS.map((name) => `--result=${name}=${resultFile(name)}`)],
    env: environment(REBASE_POD_INPUTS),
    volumeMounts: [mount(SCRATCH), readOnlyMount(NO_TOKEN), ...VOLUMES_BY_NAME.map(readOnlyMount)],
    securityContext: toolSecurity('fixed'),
  };
}

function resultFile(name: string): string {
  return `${SCRATCH.mount}/result-${name}`;
}

function image(parameter: string): string {
  return `${valueOf('registry-prefix')}${valueOf(parameter)}`;
}

/** Empty text, which means none, where the parameter has no value. */
function folderFor(parameter: string, folder: string): string {
  return evaluated(`${parameterIn(parameter)} == "" ? "" : "${folder}"`);
}

/** Lists are text with lines in variables; a volume is one more line. */
function environment(inputs: readonly InputDefinition[]): readonly YamlMapping[] {
  const more: Readonly<Record<string, string>> = {
    'ca-certificates': `\n${CERTIFICATES.mount}`,
    'registries-conf': `\n${MIRRORS.mount}`,
  };
  return [
    { name: 'HOME', value: SCRATCH.mount },
    { name: 'DOCKER_CONFIG', value: DOCKER.mount },
    ...inputs.map(({ name }) => ({ name: environmentName(name), value: `${valueOf(name)}${more[name] ?? ''}` })),
  ];
}
