import { catalogMetadata } from '../artifact-hub/annotations.ts';
import { OWN_FOLDERS, SCRATCH } from '../pod/places.ts';
import { emptyVolume, SHARED_VOLUMES } from '../pod/program.ts';
import type { Users } from '../pod/security.ts';
import type { ReleaseFacts } from '../release-facts.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { params, rebaseParams } from './params.ts';
import { REBASE_TASK_RESULTS, TASK_RESULTS } from './results.ts';
import { buildStep, prepareStep, publishStep, rebaseStep } from './steps.ts';
import { REBASE_TASK_WORKSPACES, TASK_WORKSPACES } from './workspaces.ts';

interface Variant {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly users: Users;
}

const ABOUT =
  'Builds an app image with Cloud Native Buildpacks and publishes it. The builder runs as its own user, without credentials; no step is root or privileged.';

const VARIANTS: readonly Variant[] = [
  { name: 'buildpacks-ci', displayName: 'buildpacks-ci', description: ABOUT, users: 'fixed' },
  {
    name: 'buildpacks-ci-any-user',
    displayName: 'buildpacks-ci for any user',
    description: `${ABOUT} For clusters that choose the user of a Pod, as OpenShift does.`,
    users: 'cluster',
  },
];

const ABOUT_REBASE =
  'Puts app images of Cloud Native Buildpacks on a newer run image, on the registry alone and without building them again.';

const REBASE_VARIANTS: readonly Variant[] = [
  { name: 'buildpacks-ci-rebase', displayName: 'buildpacks-ci: rebase', description: ABOUT_REBASE, users: 'fixed' },
  {
    name: 'buildpacks-ci-rebase-any-user',
    displayName: 'buildpacks-ci: rebase for any user',
    description: `${ABOUT_REBASE} For clusters that choose the user of a Pod, as OpenShift does.`,
    users: 'cluster',
  },
];

/** Every Task, by its name. */
export function tasks(release: ReleaseFacts): ReadonlyMap<string, YamlMapping> {
  return new Map([
    ...VARIANTS.map((variant) => [variant.name, task(variant, release, buildSpec(variant, release))] as const),
    ...REBASE_VARIANTS.map((variant) => [variant.name, task(variant, release, rebaseSpec(variant, release))] as const),
  ]);
}

function task({ name, displayName, description }: Variant, { version }: ReleaseFacts, spec: YamlMapping): YamlMapping {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'Task',
    metadata: catalogMetadata({ name, displayName, version }),
    spec: { description, ...spec },
  };
}

function buildSpec({ users }: Variant, { toolImage }: ReleaseFacts): YamlMapping {
  return {
    params: params(toolImage),
    workspaces: TASK_WORKSPACES,
    results: TASK_RESULTS,
    volumes: [...SHARED_VOLUMES, ...(users === 'cluster' ? OWN_FOLDERS.map(emptyVolume) : [])],
    steps: [prepareStep(users), buildStep(users), publishStep(users)],
  };
}

function rebaseSpec({ users }: Variant, { toolImage }: ReleaseFacts): YamlMapping {
  return {
    params: rebaseParams(toolImage),
    workspaces: REBASE_TASK_WORKSPACES,
    results: REBASE_TASK_RESULTS,
    volumes: [emptyVolume(SCRATCH)],
    steps: [rebaseStep(users)],
  };
}
