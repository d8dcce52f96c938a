import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ArgoPod, type ArgoTemplate, executorMount, withoutExecutor } from './argo/pod.ts';
import { workflowObjects, type WorkflowOptions } from './argo/workflow.ts';
import { type ClusterData, dataOf, readObjects, textOf } from './kubernetes/cluster.ts';
import { type EndedContainer, runPod } from './kubernetes/kubelet.ts';
import { ask } from './kubernetes/program.ts';
import { makeVolumes, type Volumes } from './kubernetes/volumes.ts';

export type { ArgoPod } from './argo/pod.ts';
export type { WorkflowOptions } from './argo/workflow.ts';

/** The Pod of a Workflow, before anything runs. */
export interface RenderedWorkflow {
  /** Why Argo's controller makes no Pod. */
  readonly problems: readonly string[];
  /** Why the namespace does not take the Pod. */
  readonly refusals: readonly string[];
  readonly pod?: ArgoPod;
}

export interface WorkflowOutcome extends RenderedWorkflow {
  readonly succeeded: boolean;
  /** Those of the Pod's containers that have run, but for Argo's own. */
  readonly containers: readonly EndedContainer[];
  /** Output parameters, as Argo's executor reads them. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Everything, for the message of a test that fails. */
  readonly text: string;
}

/**
 * What Argo's own code finds wrong with its objects: templates as they are applied, Workflows as they are submitted. They may refer to
 * each other's templates.
 *
 * @param sources YAML texts, or files with them
 */
export async function validateWorkflow(sources: readonly string[]): Promise<readonly string[]> {
  return ask('argo', [], sources.map(textOf));
}

/** The first Pod that Argo's own controller makes of a Workflow; nothing runs, and no docker is needed. */
export async function renderWorkflow(options: WorkflowOptions): Promise<RenderedWorkflow> {
  return ask('argo-controller', [], {
    objects: workflowObjects(options),
    settings: options.settings ?? {},
    policy: options.namespacePolicy ?? 'restricted',
    user: options.user ?? 0,
  });
}

/**
 * Runs a template as a cluster with Argo does: its own controller makes the Pod, docker runs the Pod's containers with our kubelet. Argo's
 * executor is not there: `main` is started without it, and its outputs are read where it would find them.
 *
 * @throws Error when a container can't be started
 */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowOutcome> {
  const rendered = await renderWorkflow(options);
  const { pod, problems, refusals } = rendered;
  if (pod === undefined || refusals.length > 0) {
    return { ...rendered, succeeded: false, containers: [], outputs: {}, text: [...problems, ...refusals].join('\n') };
  }
  const cluster: ClusterData = dataOf((options.objects ?? []).map(textOf).flatMap(readObjects), options.claims ?? {});
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-argo-'));
  try {
    const [own, user] = [path.join(directory, 'containers'), options.user];
    await mkdir(own);
    const volumes = await makeVolumes(pod, cluster, path.join(directory, 'volumes'));
    const node = { pod: withoutExecutor(pod), cluster, volumes, directory: own, ...(user && { user }) };
    const ended = await runPod(node);
    const containers = [...ended.initContainers, ...ended.containers];
    const succeeded = containers.every(({ exitCode }) => exitCode === 0);
    const text = containers.map(({ name, log }) => `== ${name}\n${log}`).join('\n');
    return { ...rendered, succeeded, containers, outputs: succeeded ? await outputsOf(pod, volumes) : {}, text };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Argo's `wait` reads a file on a volume of `main` through its own mount of it, and takes one line end off. */
async function outputsOf(pod: ArgoPod, volumes: Volumes): Promise<Readonly<Record<string, string>>> {
  const { outputs } = templateOf(pod);
  const values = outputs.parameters.map(async ({ name, valueFrom: { path: file, default: other = '' } }) => {
    const { volume, rest } = executorMount(pod, file);
    const text = await readFile(path.join(volumes[volume]?.folder ?? '', rest), 'utf8').catch(() => other);
    return [name, text.replace(/\n$/, '')] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

/** The template as Argo's `init` gets it. */
function templateOf(pod: ArgoPod): ArgoTemplate {
  const text = pod.spec.initContainers?.[0]?.env?.find(({ name }) => name === 'ARGO_TEMPLATE')?.value;
  return JSON.parse(text ?? '{}') as ArgoTemplate;
}
