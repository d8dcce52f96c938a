import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { textOf } from './kubernetes/cluster.ts';
import { type EndedPod, runPod } from './kubernetes/kubelet.ts';
import { tektonImage } from './tekton/node-image.ts';
import type { Pod } from './kubernetes/pod.ts';
import { ask } from './kubernetes/program.ts';
import { taskCluster, type TaskCluster, type TaskOptions } from './tekton/task-run.ts';
import { makeVolumes } from './kubernetes/volumes.ts';

export type { Pod } from './kubernetes/pod.ts';
export { SERVICE_ACCOUNT_TOKEN } from './kubernetes/projected-files.ts';
export type { AccountSecret, TaskOptions, WorkspaceSource } from './tekton/task-run.ts';

/** What becomes of a TaskRun before anything runs. */
export interface RenderedTask {
  /** What Tekton finds wrong with the objects; then there is no Pod. */
  readonly problems: readonly string[];
  /** Why the namespace does not take the Pod. */
  readonly refusals: readonly string[];
  readonly pod?: Pod;
}

export interface StepOutcome {
  readonly name: string;
  /** Of the step's own program; 1 when Tekton did not run it. */
  readonly exitCode: number;
  /** Tekton's: `Completed`, `Error`, `Skipped`, `Continued` after a failure that `onError` lets pass. */
  readonly reason: string;
  /** What it has printed. */
  readonly log: string;
}

export interface TaskOutcome extends RenderedTask {
  readonly succeeded: boolean;
  /** Of the TaskRun's condition `Succeeded`; empty when nothing has run. */
  readonly message: string;
  readonly steps: readonly StepOutcome[];
  readonly results: Readonly<Record<string, TaskResult>>;
  /** What Tekton has taken for artifacts of the run and its steps, as JSON; empty when there are none. */
  readonly artifacts: string;
  /** Everything, for the message of a test that fails. */
  readonly text: string;
}

export type TaskResult = string | readonly string[] | Readonly<Record<string, string>>;

/** The program's answer to `render`. */
interface Rendering extends RenderedTask {
  readonly run?: object;
}

/** A TaskRun's status as far as this bench looks into it. */
interface TaskRunStatus {
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  readonly results?: readonly { readonly name: string; readonly value: TaskResult }[];
  readonly artifacts?: object;
  readonly steps?: readonly {
    readonly inputs?: object;
    readonly outputs?: object;
    readonly name: string;
    readonly container: string;
    readonly terminationReason?: string;
    readonly terminated?: { readonly exitCode: number };
  }[];
}

/** Tekton's feature flags, as far as they are not its defaults. */
function featuresOf(given: TaskOptions['featureFlags'] = {}): Readonly<Record<string, string>> {
  return { 'set-security-context': 'true', ...given };
}

/** What is wrong with objects in YAML, or in files with it: Tasks, StepActions, Pipelines and their runs. */
export async function validateObjects(
  sources: readonly string[],
  featureFlags?: TaskOptions['featureFlags'],
): Promise<readonly string[]> {
  return ask('tekton', ['validate'], { objects: sources.map(textOf), features: featuresOf(featureFlags) });
}

/** The Pod that Tekton makes of a TaskRun; nothing runs, and no docker is needed. */
export async function renderTask(options: TaskOptions): Promise<RenderedTask> {
  const { problems, refusals, pod } = await render(options, taskCluster(options), 'tekton.test/tekton');
  return { problems, refusals, ...(pod && { pod }) };
}

/**
 * Runs a Task as a cluster with Tekton does: Tekton's own code makes the Pod of it, docker runs the Pod's containers with Tekton's own
 * entrypoint, Tekton's own code reads the outcome. The kubelet, who gives containers their users, rights, variables and volumes, is ours.
 *
 * @throws Error when a container can't be started
 */
export async function runTask(options: TaskOptions): Promise<TaskOutcome> {
  const cluster = taskCluster(options);
  const { pod, run, ...rendered } = await render(options, cluster, await tektonImage());
  if (pod === undefined || rendered.refusals.length > 0) return { ...nothingRan(rendered), ...(pod && { pod }) };
  const other = pod.spec.containers.find(({ name }) => !name.startsWith('step-'));
  if (other !== undefined) throw new Error(`the bench runs steps only, not ${other.name}`);
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-tekton-'));
  try {
    const volumes = await makeVolumes(pod, cluster.data, path.join(directory, 'volumes'));
    const own = path.join(directory, 'containers');
    await mkdir(own);
    const user = options.user;
    const ended = await runPod({ pod, cluster: cluster.data, volumes, directory: own, ...(user && { user }) });
    const status = await ask<TaskRunStatus>('tekton', ['status'], {
      features: featuresOf(options.featureFlags),
      run,
      pod: { ...pod, status: ended.status },
    });
    return { ...rendered, pod, ...outcomeOf(status, ended) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function render(options: TaskOptions, { texts }: TaskCluster, image: string): Promise<Rendering> {
  return ask('tekton', ['render'], {
    objects: texts,
    features: featuresOf(options.featureFlags),
    images: { entrypoint: image, workingDirInit: image, shell: image },
    policy: options.namespacePolicy ?? 'restricted',
    user: options.user ?? 0,
  });
}

function nothingRan(rendered: RenderedTask): TaskOutcome {
  const text = [...rendered.problems, ...rendered.refusals].join('\n');
  return { ...rendered, succeeded: false, message: '', steps: [], results: {}, artifacts: '', text };
}

function outcomeOf(status: TaskRunStatus, ended: EndedPod): Omit<TaskOutcome, keyof RenderedTask> {
  const condition = status.conditions.find(({ type }) => type === 'Succeeded');
  const message = condition?.message ?? '';
  const logs = [...ended.initContainers, ...ended.containers].map(({ name, log }) => `== ${name}\n${log}`);
  const steps = (status.steps ?? []).map(({ name, container, terminated, terminationReason }) => ({
    name,
    exitCode: terminated?.exitCode ?? 0,
    reason: terminationReason ?? '',
    log: ended.containers.find((each) => each.name === container)?.log ?? '',
  }));
  return {
    succeeded: condition?.status === 'True',
    message,
    steps,
    results: Object.fromEntries((status.results ?? []).map(({ name, value }) => [name, value])),
    artifacts: [status.artifacts, ...(status.steps ?? []).flatMap(({ inputs, outputs }) => [inputs, outputs])]
      .map((each = {}) => JSON.stringify(each))
      .filter((each) => each !== '{}')
      .join('\n'),
    text: [...logs, message].join('\n'),
  };
}
