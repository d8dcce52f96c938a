import { SCRATCH } from '../pod/places.ts';
import { emptyVolume, SHARED_VOLUMES } from '../pod/program.ts';
import { TOOL_USER } from '../pod/security.ts';
import type { ReleaseFacts } from '../release-facts.ts';
import type { YamlMapping } from '../yaml-value.ts';
import {
  buildContainer,
  OUTPUTS,
  prepareContainer,
  publishContainer,
  REBASE_OUTPUTS,
  rebaseContainer,
} from './containers.ts';
import { valueOf } from './expression.ts';
import { DEADLINE, parameters, rebaseParameters } from './parameters.ts';
import { POD_PATCH, REBASE_POD_PATCH } from './pod-patch.ts';
import { RETRY_STRATEGY } from './retry.ts';
import { CACHE, NO_TOKEN, SOURCE, SOURCE_CLAIM, VOLUMES_BY_NAME } from './volumes.ts';

/** The two kinds that hold the same template: for a namespace and for a cluster. */
export type TemplateKind = 'WorkflowTemplate' | 'ClusterWorkflowTemplate';

export function workflowTemplate(kind: TemplateKind, { version, toolImage }: ReleaseFacts): YamlMapping {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind,
    metadata: { name: 'buildpacks-ci', labels: { 'app.kubernetes.io/version': version } },
    spec: { entrypoint: 'build', templates: [buildTemplate(toolImage), rebaseTemplate(toolImage)] },
  };
}

/**
 * One Pod that builds. The first two stages are init containers, not a `containerSet`: the kubelet starts the next container when no process of the
 * one before is left, where a `containerSet` goes by files that every container may write.
 */
function buildTemplate(toolImage: string): YamlMapping {
  return {
    name: 'build',
    inputs: { parameters: parameters(toolImage) },
    outputs: { parameters: OUTPUTS },
    activeDeadlineSeconds: valueOf(DEADLINE),
    retryStrategy: RETRY_STRATEGY,
    securityContext: { fsGroup: TOOL_USER, seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [...SHARED_VOLUMES, ...ownVolumes()],
    initContainers: [prepareContainer(), buildContainer()],
    container: publishContainer(),
    podSpecPatch: POD_PATCH,
  };
}

/** One container, ours. */
function rebaseTemplate(toolImage: string): YamlMapping {
  return {
    name: 'rebase',
    inputs: { parameters: rebaseParameters(toolImage) },
    outputs: { parameters: REBASE_OUTPUTS },
    activeDeadlineSeconds: valueOf(DEADLINE),
    retryStrategy: RETRY_STRATEGY,
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [emptyVolume(SCRATCH), ...namedVolumes()],
    container: rebaseContainer(),
    podSpecPatch: REBASE_POD_PATCH,
  };
}

function ownVolumes(): readonly YamlMapping[] {
  return [
    { name: SOURCE.volume, persistentVolumeClaim: { claimName: valueOf(SOURCE_CLAIM) } },
    { name: CACHE.volume, emptyDir: {} },
    ...namedVolumes(),
  ];
}

function namedVolumes(): readonly YamlMapping[] {
  return [
    { name: NO_TOKEN.volume, emptyDir: {} },
    ...VOLUMES_BY_NAME.map(({ volume, kind, parameter, ...more }) => {
      const name = valueOf(parameter);
      if (kind === 'configMap') return { name: volume, configMap: { name, optional: true } };
      const items = 'items' in more ? { items: more.items } : {};
      return { name: volume, secret: { secretName: name, optional: true, ...items } };
    }),
  ];
}
