import { catalogMetadata } from '../artifact-hub/annotations.ts';
import { OWN_FOLDERS } from '../pod/places.ts';
import { emptyVolume, SHARED_VOLUMES } from '../pod/program.ts';
import type { Users } from '../pod/security.ts';
import type { ReleaseFacts } from '../release-facts.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { params } from './params.ts';
import { TASK_RESULTS } from './results.ts';
import { buildStep, prepareStep, publishStep } from './steps.ts';
import { TASK_WORKSPACES } from './workspaces.ts';

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

/** Every Task, by its name. */
export function tasks(release: ReleaseFacts): ReadonlyMap<string, YamlMapping> {
  return new Map(VARIANTS.map((variant) => [variant.name, task(variant, release)]));
}

function task({ name, displayName, description, users }: Variant, { version, toolImage }: ReleaseFacts): YamlMapping {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'Task',
    metadata: catalogMetadata({ name, displayName, version }),
    spec: {
      description,
      params: params(toolImage),
      workspaces: TASK_WORKSPACES,
      results: TASK_RESULTS,
      volumes: [...SHARED_VOLUMES, ...(users === 'cluster' ? OWN_FOLDERS.map(emptyVolume) : [])],
      steps: [prepareStep(users), buildStep(users), publishStep(users)],
    },
  };
}
