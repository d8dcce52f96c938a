import { type ClusterData, dataOf, type KubernetesObject, readObjects, textOf } from '../kubernetes/cluster.ts';
import type { Projection } from '../kubernetes/pod.ts';

/** What a workspace is bound to. */
export type WorkspaceSource =
  | { readonly kind: 'emptyDir' }
  | ClaimedDirectory
  | { readonly kind: 'secret' | 'configMap'; readonly data: Readonly<Record<string, string>> }
  | { readonly kind: 'projected'; readonly sources: readonly Projection[] };

/** A folder of this machine, as a persistent volume claim: given to the Pod's `fsGroup`, unless it is read-only. */
export interface ClaimedDirectory {
  readonly kind: 'directory';
  readonly path: string;
  /** The claim's name, which several workspaces of one folder may share. Default: the workspace's. */
  readonly claim?: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

/** A Secret that the TaskRun's ServiceAccount lists. */
export interface AccountSecret {
  readonly name: string;
  /** `kubernetes.io/dockerconfigjson` and the like. */
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  /** `tekton.dev/docker-0` and the like. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface TaskOptions {
  /** A Task in YAML, or the file that holds it. */
  readonly task: string;
  readonly params?: Readonly<Record<string, string | readonly string[] | Readonly<Record<string, string>>>>;
  readonly workspaces?: Readonly<Record<string, WorkspaceSource>>;
  /**
   * A TaskRun in YAML, or the file that holds it, with whatever is beside it there: in the place of the one that the rest of these options
   * describes. It refers to the Task by name.
   */
  readonly taskRun?: string;
  /** Folders of this machine by the names of the claims in `taskRun`. */
  readonly claims?: Readonly<Record<string, string>>;
  /** More objects in YAML, or files with them: StepActions, Secrets, ConfigMaps, ClusterTrustBundles. */
  readonly objects?: readonly string[];
  readonly serviceAccountSecrets?: readonly AccountSecret[];
  /** Of the TaskRun. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** `spec.podTemplate` of the TaskRun. */
  readonly podTemplate?: Readonly<Record<string, unknown>>;
  /** The rest of the TaskRun's `spec`: `stepSpecs`, `timeout`. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** The namespace's user, who is nobody in any image, as OpenShift has it. Default: each container's own. */
  readonly user?: number;
  /** The level of Pod Security that the namespace enforces. Default `restricted`. */
  readonly namespacePolicy?: 'privileged' | 'baseline' | 'restricted';
  /** What differs from Tekton's own, and from `set-security-context: "true"`, which `restricted` needs. */
  readonly featureFlags?: Readonly<Record<string, string>>;
}

/** The objects of a TaskRun, and what Pods take from them. */
export interface TaskCluster {
  readonly texts: readonly string[];
  readonly data: ClusterData;
}

const ACCOUNT = 'bench';
/** Of a TaskRun that names none. */
const DEFAULT_ACCOUNT = 'default';

/** Everything that a cluster holds for the TaskRun, and the TaskRun. */
export function taskCluster(options: TaskOptions): TaskCluster {
  const ownRun = options.taskRun === undefined ? [] : [options.taskRun];
  const given = [options.task, ...(options.objects ?? []), ...ownRun].map(textOf);
  const workspaces = Object.entries(options.workspaces ?? {});
  const secrets = (options.serviceAccountSecrets ?? []).map(secretOf);
  const made = [
    ...secrets,
    { ...object('ServiceAccount', ACCOUNT), secrets: secrets.map(({ metadata: { name } }) => ({ name })) },
    object('ServiceAccount', DEFAULT_ACCOUNT),
    ...workspaces.flatMap(([name, source]) => workspaceObjects(name, source)),
  ];
  const runs = ownRun.length > 0 ? [] : [taskRun(options, given)];
  return {
    texts: [...given, ...[...made, ...runs].map((each) => JSON.stringify(each))],
    data: dataOf([...given.flatMap(readObjects), ...made], { ...claimsOf(workspaces), ...options.claims }),
  };
}

function claimsOf(workspaces: readonly (readonly [string, WorkspaceSource])[]): ClusterData['claims'] {
  const claims = new Map<string, string>();
  for (const [name, source] of workspaces) {
    if (source.kind !== 'directory') continue;
    const claim = source.claim ?? name;
    if ((claims.get(claim) ?? source.path) !== source.path) throw new Error(`the claim "${claim}" is of two folders`);
    claims.set(claim, source.path);
  }
  return Object.fromEntries(claims);
}

function taskRun(options: TaskOptions, given: readonly string[]): object {
  const task = given.flatMap(readObjects).find(({ kind }) => kind === 'Task');
  if (task === undefined) throw new Error('there is no Task to run');
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: {
      ...{ name: 'run', uid: '00000000-0000-0000-0000-000000000001', labels: {} },
      annotations: options.annotations ?? {},
    },
    spec: {
      ...options.spec,
      taskRef: { name: task.metadata.name },
      serviceAccountName: ACCOUNT,
      params: Object.entries(options.params ?? {}).map(([name, value]) => ({ name, value })),
      workspaces: Object.entries(options.workspaces ?? {}).map(([name, source]) => binding(name, source)),
      ...(options.podTemplate && { podTemplate: options.podTemplate }),
    },
  };
}

function binding(name: string, source: WorkspaceSource): object {
  switch (source.kind) {
    case 'emptyDir':
      return { name, emptyDir: {} };
    case 'directory':
      return {
        name,
        persistentVolumeClaim: { claimName: source.claim ?? name, readOnly: source.readOnly ?? false },
        ...(source.subPath !== undefined && { subPath: source.subPath }),
      };
    case 'secret':
      return { name, secret: { secretName: name } };
    case 'configMap':
      return { name, configMap: { name } };
    case 'projected':
      return { name, projected: { sources: source.sources } };
  }
}

function workspaceObjects(name: string, source: WorkspaceSource): readonly KubernetesObject[] {
  if (source.kind === 'secret') return [{ ...object('Secret', name), stringData: source.data }];
  if (source.kind === 'configMap') return [{ ...object('ConfigMap', name), data: source.data }];
  return [];
}

function secretOf({ name, type, data, annotations = {} }: AccountSecret): KubernetesObject & { readonly type: string } {
  return { ...object('Secret', name), metadata: { name, annotations }, type, stringData: data };
}

function object(kind: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name } };
}
