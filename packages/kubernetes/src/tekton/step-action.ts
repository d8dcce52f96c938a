import { catalogMetadata } from '../artifact-hub/annotations.ts';
import { BUILT, PREPARED, SCRATCH } from '../pod/places.ts';
import type { Users } from '../pod/security.ts';
import type { ReleaseFacts } from '../release-facts.ts';
import type { YamlMapping, YamlValue } from '../yaml-value.ts';
import { params } from './params.ts';
import { buildStep, prepareStep, publishStep, type Step } from './steps.ts';

interface Action {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** Of the Task with users of its own. */
  readonly step: (users: Users) => Step;
}

const ACTIONS: readonly Action[] = [
  {
    name: 'buildpacks-ci-prepare',
    displayName: 'buildpacks-ci: prepare',
    description:
      'The first of the three steps that build an app image with Cloud Native Buildpacks. It reads the registries and the source, and leaves what the build needs in the volume `prepared`.',
    step: prepareStep,
  },
  {
    name: 'buildpacks-ci-build',
    displayName: 'buildpacks-ci: build',
    description:
      'The second of the three steps that build an app image with Cloud Native Buildpacks: the builder itself, as its own user, without inputs and credentials.',
    step: buildStep,
  },
  {
    name: 'buildpacks-ci-publish',
    displayName: 'buildpacks-ci: publish',
    description:
      'The last of the three steps that build an app image with Cloud Native Buildpacks. It verifies what the step before has left, and publishes the image where the first one has planned it.',
    step: publishStep,
  },
];

/** What a step of a Task says of itself where it refers to a StepAction; Tekton knows no such fields in one. */
const OF_THE_TASK = new Set(['name', 'imagePullPolicy', 'computeResources', 'workspaces']);

/** What a Task has for all of its steps, and a StepAction is told: folders of workspaces, names of volumes, and the result of a step before. */
const TOLD: readonly YamlMapping[] = [
  told(
    'source-directory',
    'The app: `$(workspaces.source.path)` of a workspace that only this step names. It is only read.',
  ),
  told('cache-directory', 'A folder that stays, for the layer cache; asked before what `cache-store` names.', ''),
  told(
    'dockerconfig-directory',
    'A folder with a `config.json`, which has credentials for registries as Docker has them.',
    '',
  ),
  told('ca-certs-directory', 'A folder with certificates of authorities to trust, as `ca-certificates`.', ''),
  told('bindings-directory', 'A folder of service bindings: each directory in it is one, with a file `type`.', ''),
  told('registries-conf-directory', 'A folder with rules for mirrors, as `registries-conf`.', ''),
  told(
    'proxy-directory',
    'A folder with files `http-proxy`, `https-proxy` and `no-proxy`, in the place of these params.',
    '',
  ),
  told('plan-digest', 'The result of the step that prepares: `$(steps.prepare.results.plan-digest)`.'),
  told('prepared-volume', 'The name of an `emptyDir`, which the step that prepares fills.', PREPARED.volume),
  told('built-volume', 'The name of an `emptyDir`, which the step that builds fills.', BUILT.volume),
  told(
    'scratch-volume',
    'The name of an `emptyDir` for temporary files, which the step that builds does not mount.',
    SCRATCH.volume,
  ),
];

/**
 * The Task's steps as StepActions, by their names, for Tasks that have steps of their own between them. A StepAction knows neither
 * workspaces nor volumes: it has params for both (Tekton's docs/stepactions.md).
 */
export function stepActions(release: ReleaseFacts): ReadonlyMap<string, YamlMapping> {
  return new Map(ACTIONS.map((action) => [action.name, stepAction(action, release)]));
}

function stepAction(
  { name, displayName, description, step }: Action,
  { version, toolImage }: ReleaseFacts,
): YamlMapping {
  const fields = Object.entries(withVolumeParams(step('fixed')));
  const own = Object.fromEntries(fields.filter(([field]) => !OF_THE_TASK.has(field)));
  const spec = withTexts(own, askedByParam);
  const used = paramsIn(spec);
  return {
    apiVersion: 'tekton.dev/v1beta1',
    kind: 'StepAction',
    metadata: catalogMetadata({ name, displayName, version }),
    spec: {
      description,
      params: [...params(toolImage), ...TOLD].filter((param) => named(param, used)),
      ...spec,
    },
  };
}

function told(name: string, description: string, given?: string): YamlMapping {
  return { name, type: 'string', description, ...(given !== undefined && { default: given }) };
}

function named({ name }: YamlMapping, names: ReadonlySet<string>): boolean {
  return typeof name === 'string' && names.has(name);
}

/** Tekton takes a volume's name in a StepAction from a param only. */
function withVolumeParams(step: Step): Step {
  const volumeMounts = step.volumeMounts.map((mount) => ({ ...mount, name: `$(params.${mount.name}-volume)` }));
  return { ...step, volumeMounts };
}

function askedByParam(text: string): string {
  return text
    .replaceAll(/\$\(workspaces\.([\w-]+)\.path\)/g, '$(params.$1-directory)')
    .replaceAll(/\$\(steps\.[\w-]+\.results\.([\w-]+)\)/g, '$(params.$1)');
}

function withTexts(mapping: YamlMapping, change: (text: string) => string): YamlMapping {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, withText(value, change)]));
}

function withText(value: YamlValue, change: (text: string) => string): YamlValue {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object') return value;
  return isList(value) ? value.map((item) => withText(item, change)) : withTexts(value, change);
}

function isList(value: readonly YamlValue[] | YamlMapping): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function paramsIn(spec: YamlMapping): ReadonlySet<string> {
  return new Set([...JSON.stringify(spec).matchAll(/\$\(params\.([\w-]+)/g)].map(([, name = '']) => name));
}
