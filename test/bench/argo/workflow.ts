import { textOf } from '../kubernetes/cluster.ts';

/** A Workflow of one step that calls a template. */
export interface WorkflowOptions {
  /** WorkflowTemplates or ClusterWorkflowTemplates in YAML, or the file that holds them. */
  readonly templates: string;
  readonly templateRef: { readonly name: string; readonly template: string; readonly clusterScope?: boolean };
  readonly parameters?: Readonly<Record<string, string>>;
  /** Secrets and ConfigMaps in YAML, or files with them. */
  readonly objects?: readonly string[];
  /** Folders of this machine by the names of the claims that they stand for. */
  readonly claims?: Readonly<Record<string, string>>;
  /** The rest of the Workflow's `spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** What the controller's ConfigMap holds. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The namespace's user, as OpenShift has it. Default: each container's own. */
  readonly user?: number;
  /** The level of Pod Security that the namespace enforces. Default `restricted`. */
  readonly namespacePolicy?: 'privileged' | 'baseline' | 'restricted';
}

/** The templates, and the Workflow. */
export function workflowObjects({ templates, templateRef, parameters = {}, spec }: WorkflowOptions): readonly string[] {
  const values = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  const step = { name: 'build', templateRef, arguments: { parameters: values } };
  const workflow = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'run' },
    spec: { ...spec, entrypoint: 'all', templates: [{ name: 'all', steps: [[step]] }] },
  };
  return [textOf(templates), JSON.stringify(workflow)];
}
