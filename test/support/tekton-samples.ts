import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { ROOT } from './documents.ts';

/** An object in YAML, as far as these tests look into it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A file of `tekton/samples`. */
export interface Sample {
  /** Without `.yaml`. */
  readonly name: string;
  readonly text: string;
  readonly objects: readonly Manifest[];
}

/** The Tasks and StepActions that samples refer to, in YAML. */
export const INSTALLED: readonly string[] = globSync('tekton/{task,stepaction}/*/*.yaml', { cwd: ROOT })
  .sort()
  .map((file) => readFileSync(path.join(ROOT, file), 'utf8'));

export function tektonSamples(): readonly Sample[] {
  return globSync('tekton/samples/*.yaml', { cwd: ROOT })
    .sort()
    .map((file) => tektonSample(path.basename(file, '.yaml')));
}

export function tektonSample(name: string): Sample {
  const text = readFileSync(path.join(ROOT, 'tekton/samples', `${name}.yaml`), 'utf8');
  return { name, text, objects: manifestsIn(text) };
}

/** The objects in a YAML text. */
export function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** What a run gives to a Task or a Pipeline that it refers to by name. */
interface TaskUse {
  readonly name?: string;
  readonly taskRef?: { readonly name?: string };
  readonly pipelineRef?: { readonly name?: string };
  readonly taskSpec?: object;
  readonly params?: readonly Named[];
  readonly workspaces?: readonly Named[];
}

interface Named {
  readonly name: string;
}

/** What a Pipeline becomes, a TaskRun for each of its tasks: with some text for each variable in params, and empty workspaces. */
export function taskRunsOf({ spec = {} }: Manifest): readonly string[] {
  const tasks = spec['tasks'] as readonly TaskUse[];
  return tasks.map((task) =>
    taskRun(task, {
      params: JSON.parse(JSON.stringify(task.params ?? []).replaceAll(/\$\([\w.-]+\)/g, 'text')) as unknown,
      workspaces: (task.workspaces ?? []).map(({ name }) => ({ name, emptyDir: {} })),
    }),
  );
}

/** A run of what one task of a Pipeline refers to or has in itself. */
function taskRun({ name, taskRef, taskSpec }: TaskUse, given: object): string {
  return stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name },
    spec: { ...(taskRef && { taskRef }), ...(taskSpec && { taskSpec }), ...given },
  });
}

interface PipelineRunSpec {
  readonly taskRunTemplate: { readonly podTemplate: object };
  readonly taskRunSpecs: readonly { readonly pipelineTaskName: string; readonly podTemplate?: object }[];
  readonly params: readonly Valued[];
  readonly workspaces: readonly (Named & { readonly volumeClaimTemplate?: object })[];
}

interface Valued extends Named {
  readonly value?: string;
  readonly default?: string;
}

/**
 * The TaskRun that Tekton's controller makes of one task of a sample with a Pipeline and its run: variables are replaced, and the Pod template
 * is the run's with what it has for this task.
 *
 * @param given `claim`: what stands for the claim of the run; `results`: values of variables that name results of other tasks
 */
export function pipelineTaskRun(
  { objects }: Sample,
  name: string,
  given: { readonly claim: string; readonly results: Readonly<Record<string, string>> },
): string {
  const specOf = (kind: string) => objects.find((object) => object.kind === kind)?.spec;
  const pipeline = specOf('Pipeline') as { readonly tasks: readonly TaskUse[]; readonly params: readonly Valued[] };
  const run = specOf('PipelineRun') as unknown as PipelineRunSpec;
  const task = pipeline.tasks.find((each) => each.name === name) ?? { name };
  const values = [...run.params, ...pipeline.params].map((param) => [
    `$(params.${param.name})`,
    param.value ?? param.default ?? '',
  ]);
  const params = [...values, ...Object.entries(given.results)].reduce(
    (text, [variable = '', value = '']) => text.replaceAll(variable, value),
    stringify(task.params ?? []),
  );
  const own = run.taskRunSpecs.find(({ pipelineTaskName }) => pipelineTaskName === name);
  return taskRun(task, {
    podTemplate: { ...run.taskRunTemplate.podTemplate, ...own?.podTemplate },
    params: parse(params) as unknown,
    workspaces: (task.workspaces ?? []).map((workspace) => boundAs(workspace.name, run, given.claim)),
  });
}

/** A claim that goes with the run has been made. */
function boundAs(name: string, { workspaces }: PipelineRunSpec, claimName: string): object {
  const { volumeClaimTemplate, ...others } = workspaces.find((each) => each.name === name) ?? { name };
  return volumeClaimTemplate === undefined ? others : { ...others, persistentVolumeClaim: { claimName } };
}

/**
 * The params that a TaskRun, a Pipeline or a PipelineRun gives to a Task or Pipeline which has none of that name: Tekton passes over them.
 *
 * @param known Tasks and Pipelines
 */
export function strayParams({ kind, spec = {} }: Manifest, known: readonly Manifest[]): readonly string[] {
  const uses = (kind === 'Pipeline' ? spec['tasks'] : [spec]) as readonly TaskUse[];
  return uses.flatMap(({ taskRef, pipelineRef, params = [] }) => {
    const [used, name] = taskRef === undefined ? ['Pipeline', pipelineRef?.name] : ['Task', taskRef.name];
    if (name === undefined) return [];
    const object = known.find((each) => each.kind === used && each.metadata.name === name);
    const declared = (object?.spec?.['params'] ?? []) as readonly Named[];
    return params.filter((param) => !declared.some((each) => each.name === param.name)).map((param) => param.name);
  });
}
