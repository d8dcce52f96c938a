import { environmentName, type InputDefinition } from '@buildpacks-ci/core';
import { POD_INPUTS, PUBLISH_INPUTS } from '../pod/inputs.ts';
import { BUILT, PREPARED, SCRATCH } from '../pod/places.ts';
import {
  BUILD_ENVIRONMENT,
  BUILD_RESOURCES,
  COMMANDS,
  IMAGE_PULL,
  MOUNTS,
  readOnlyMount,
  SHARED_VOLUMES,
} from '../pod/program.ts';
import { builderSecurity, TOOL_USER, toolSecurity } from '../pod/security.ts';
import type { ReleaseFacts } from '../release-facts.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { parameters, valueOf } from './parameters.ts';
import { SOURCE, SOURCE_CLAIM, VOLUMES_BY_NAME } from './volumes.ts';

/** Out of reach of the container that runs the buildpacks. */
const PLAN_DIGEST = `${SCRATCH.mount}/plan-digest`;
const RESULTS = ['image', 'digest', 'base-image-digest', 'cache'] as const;

/** The two kinds that hold the same template: for a namespace and for a cluster. */
export type TemplateKind = 'WorkflowTemplate' | 'ClusterWorkflowTemplate';

export function workflowTemplate(kind: TemplateKind, { version, toolImage }: ReleaseFacts): YamlMapping {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind,
    metadata: { name: 'buildpacks-ci', labels: { 'app.kubernetes.io/version': version } },
    spec: { entrypoint: 'build', templates: [buildTemplate(toolImage)] },
  };
}

/** One Pod; Argo takes outputs from the container called `main`. */
function buildTemplate(toolImage: string): YamlMapping {
  return {
    name: 'build',
    inputs: { parameters: parameters(toolImage) },
    outputs: { parameters: RESULTS.map((name) => ({ name, valueFrom: { path: resultFile(name), default: '' } })) },
    securityContext: { fsGroup: TOOL_USER, seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [...SHARED_VOLUMES, ...ownVolumes()],
    containerSet: { containers: [prepareContainer(), buildContainer(), publishContainer()] },
  };
}

function prepareContainer(): YamlMapping {
  return {
    name: 'prepare',
    image: image('tool-image'),
    ...IMAGE_PULL,
    workingDir: `${SOURCE.mount}/${valueOf('source-directory')}`,
    command: COMMANDS.prepare,
    args: [`--hand-over=${PREPARED.folder}`, `--result=plan-digest=${PLAN_DIGEST}`],
    env: environment(POD_INPUTS),
    volumeMounts: [...MOUNTS.prepare, readOnlyMount(SOURCE), ...VOLUMES_BY_NAME.map(readOnlyMount)],
    securityContext: toolSecurity('fixed'),
  };
}

function buildContainer(): YamlMapping {
  return {
    name: 'build',
    dependencies: ['prepare'],
    image: image('builder'),
    ...IMAGE_PULL,
    command: COMMANDS.build,
    env: BUILD_ENVIRONMENT,
    volumeMounts: MOUNTS.build,
    resources: BUILD_RESOURCES,
    securityContext: builderSecurity(),
  };
}

function publishContainer(): YamlMapping {
  return {
    name: 'main',
    dependencies: ['build'],
    image: image('tool-image'),
    ...IMAGE_PULL,
    workingDir: SCRATCH.mount,
    command: COMMANDS.publish,
    args: [
      `--hand-over=${PREPARED.folder}`,
      `--built=${BUILT.mount}`,
      `--plan-digest=${PLAN_DIGEST}`,
      ...RESULTS.map((name) => `--result=${name}=${resultFile(name)}`),
    ],
    env: environment(PUBLISH_INPUTS),
    volumeMounts: [...MOUNTS.publish, ...VOLUMES_BY_NAME.map(readOnlyMount)],
    securityContext: toolSecurity('fixed'),
  };
}

function resultFile(name: (typeof RESULTS)[number]): string {
  return `${SCRATCH.mount}/result-${name}`;
}

function image(parameter: string): string {
  return `${valueOf('registry-prefix')}${valueOf(parameter)}`;
}

/** Lists are text with lines in variables; a volume is one more line. */
function environment(inputs: readonly InputDefinition[]): readonly YamlMapping[] {
  const [docker, certificates, mirrors] = VOLUMES_BY_NAME;
  const more: Readonly<Record<string, string>> = {
    'ca-certificates': `\n${certificates.mount}`,
    'registries-conf': `\n${mirrors.mount}`,
  };
  return [
    { name: 'HOME', value: SCRATCH.mount },
    { name: 'DOCKER_CONFIG', value: docker.mount },
    ...inputs.map(({ name }) => ({ name: environmentName(name), value: `${valueOf(name)}${more[name] ?? ''}` })),
  ];
}

function ownVolumes(): readonly YamlMapping[] {
  return [
    { name: SOURCE.volume, persistentVolumeClaim: { claimName: valueOf(SOURCE_CLAIM) } },
    ...VOLUMES_BY_NAME.map(({ volume, kind, parameter }) => {
      const name = valueOf(parameter);
      if (kind === 'configMap') return { name: volume, configMap: { name, optional: true } };
      const items = [{ key: '.dockerconfigjson', path: 'config.json' }];
      return { name: volume, secret: { secretName: name, optional: true, items } };
    }),
  ];
}
