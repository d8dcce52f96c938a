import { runWorkflow, type WorkflowOptions, type WorkflowOutcome } from '../../bench/argo.ts';
import { loadToolImage } from '../../bench/tool-image.ts';
import { startTekton, type Tekton } from './tekton.ts';
import type { WorldOptions } from './world.ts';

export const TEMPLATES = 'argo/buildpacks-ci/manifests.yaml';
export const TEMPLATE_REF = { name: 'buildpacks-ci', template: 'build' } as const;

const PROCFILE = { Procfile: 'web: true\n' } as const;

/** A node that has a world's builder and the tool image. */
export interface Argo extends Omit<Tekton, 'run'> {
  /** Runs the template, with an app of one Procfile unless the options have a claim `work`. */
  run(options: Partial<WorkflowOptions>): Promise<WorkflowOutcome>;
}

export async function startArgo(options: WorldOptions): Promise<Argo> {
  const node = await startTekton(options);
  const always = { builder: node.builder, 'tool-image': await loadToolImage(), 'source-claim': 'work' };
  const run = async ({ parameters = {}, claims = {}, ...more }: Partial<WorkflowOptions>) =>
    runWorkflow({
      templates: TEMPLATES,
      templateRef: TEMPLATE_REF,
      parameters: { ...always, ...parameters },
      claims: { work: claims['work'] ?? (await node.volumeOf(PROCFILE)), ...claims },
      ...more,
    });
  return { ...node, run };
}

/** A Secret in YAML. */
export function secret(name: string, stringData: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
}

/** A ConfigMap in YAML. */
export function configMap(name: string, data: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
}

/** The exit statuses of the Pod's containers that ran, by their names. */
export function statusesOf({ containers }: WorkflowOutcome): Readonly<Record<string, number>> {
  return Object.fromEntries(containers.map(({ name, exitCode }) => [name, exitCode]));
}
