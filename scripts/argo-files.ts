import { type TemplateKind, workflowTemplate } from '../packages/kubernetes/src/argo/template.ts';
import { renderManifest } from './manifest.ts';
import { releaseFacts } from './release/release-file.ts';

const FILES: Readonly<Record<TemplateKind, string>> = {
  WorkflowTemplate: 'argo/buildpacks-ci/manifests.yaml',
  ClusterWorkflowTemplate: 'argo/buildpacks-ci-cluster/manifests.yaml',
};

/** The templates for Argo Workflows, by their path from the root of the repository. */
export function renderArgo(): ReadonlyMap<string, string> {
  const release = releaseFacts();
  const kinds = Object.keys(FILES) as readonly TemplateKind[];
  return new Map(kinds.map((kind) => [FILES[kind], renderManifest(workflowTemplate(kind, release))]));
}
