import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { ROOT } from './documents.ts';

/** A file of `argo/samples`. */
export interface ArgoSample {
  /** Without `.yaml`. */
  readonly name: string;
  readonly text: string;
}

export function argoSamples(): readonly ArgoSample[] {
  return globSync('argo/samples/*.yaml', { cwd: ROOT })
    .sort()
    .map((file) => argoSample(path.basename(file, '.yaml')));
}

export function argoSample(name: string): ArgoSample {
  return { name, text: readFileSync(path.join(ROOT, 'argo/samples', `${name}.yaml`), 'utf8') };
}

/** The objects of a sample that are Argo's own, in YAML. */
export function argoObjects({ text }: ArgoSample): readonly string[] {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { readonly apiVersion: string });
  return objects.filter(({ apiVersion }) => apiVersion.startsWith('argoproj.io/')).map((object) => stringify(object));
}

interface Step {
  readonly templateRef?: { readonly name: string };
  readonly arguments: { readonly parameters: readonly { readonly name: string; readonly value: string }[] };
}

interface WorkflowSpec {
  readonly templates: readonly { readonly steps?: readonly (readonly Step[])[] }[];
}

type Workflow =
  | { readonly kind: 'Workflow'; readonly spec: WorkflowSpec }
  | { readonly kind: 'CronWorkflow'; readonly spec: { readonly workflowSpec: WorkflowSpec } }
  | { readonly kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim' };

/** What a sample's Workflow, or that of each night, gives to our template, by name. */
export function parametersOf(text: string): Readonly<Record<string, string>> {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Workflow);
  const templates = objects.flatMap((object) => {
    if (object.kind === 'CronWorkflow') return object.spec.workflowSpec.templates;
    return object.kind === 'Workflow' ? object.spec.templates : [];
  });
  const steps = templates.flatMap(({ steps: groups = [] }) => groups.flat());
  const parameters = steps.find(({ templateRef }) => templateRef?.name === 'buildpacks-ci')?.arguments.parameters ?? [];
  return Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
}
