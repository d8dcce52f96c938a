import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { TemplateKind } from '../packages/kubernetes/src/argo/template.ts';
import { argoPackage } from '../packages/kubernetes/src/artifact-hub/argo-package.ts';
import { renderArgo } from './argo-files.ts';
import { ROOT } from './bundle.ts';
import { withSection } from './generated-section.ts';
import { renderManifest } from './manifest.ts';
import { releaseDate } from './release/changelog.ts';
import { renderImagesList } from './release/images-list.ts';
import { byDigest, readRelease, type Release, releaseFacts } from './release/release-file.ts';
import {
  argoParametersTable,
  bundleLine,
  containersTable,
  parametersTable,
  resultsTable,
  securityTable,
  type Step,
  type Task,
  workspacesTable,
} from './task-tables.ts';
import { renderTekton } from './tekton-files.ts';

const PACKAGES: Readonly<Record<TemplateKind, string>> = {
  WorkflowTemplate: 'argo/buildpacks-ci/artifacthub-pkg.yml',
  ClusterWorkflowTemplate: 'argo/buildpacks-ci-cluster/artifacthub-pkg.yml',
};

/** A template as far as its page tells of it. */
interface Template {
  readonly spec: {
    readonly templates: readonly [
      {
        readonly inputs: { readonly parameters: Parameters<typeof argoParametersTable>[0] };
        readonly initContainers: readonly Step[];
        readonly container: Step;
      },
      { readonly inputs: { readonly parameters: Parameters<typeof argoParametersTable>[0] } },
    ];
  };
}

/** Before there is a release of a version. */
const NOT_RELEASED = '1980-01-01';

/** What catalogs and clusters without internet read beside the manifests, by its path from the root of the repository. */
export function renderDistribution(): ReadonlyMap<string, string> {
  const release = readRelease();
  const bundle = byDigest(release.tektonBundle);
  const readmes = [...renderTekton()].map(([file, manifest]) => readme(file, parse(manifest) as Task, bundle));
  const templates = [...renderArgo()].map(([file, manifest]) => templateReadme(file, parse(manifest) as Template));
  return new Map([['images.yml', renderImagesList(release)], ...argoPackages(release), ...readmes, ...templates]);
}

function argoPackages({ version }: Release): ReadonlyMap<string, string> {
  const date = releaseDate(read('CHANGELOG.md'), version) ?? NOT_RELEASED;
  const facts = { ...releaseFacts(), createdAt: `${date}T00:00:00Z` };
  const kinds = Object.keys(PACKAGES) as readonly TemplateKind[];
  return new Map(kinds.map((kind) => [PACKAGES[kind], renderManifest(argoPackage(kind, facts))]));
}

/** The page beside a Task, with what its manifest says. */
function readme(manifest: string, task: Task, bundle: string): readonly [string, string] {
  const file = path.join(path.dirname(manifest), 'README.md');
  const sections = {
    bundle: bundleLine(task, bundle),
    params: parametersTable(task),
    workspaces: workspacesTable(task),
    results: resultsTable(task),
    security: securityTable(task),
  };
  return [file, withSections(file, sections)];
}

/** The page beside a template for Argo. Its main container has no name but the one that Argo gives it. */
function templateReadme(manifest: string, { spec }: Template): readonly [string, string] {
  const file = path.join(path.dirname(manifest), 'README.md');
  const [{ inputs, initContainers, container }, rebase] = spec.templates;
  const sections = {
    parameters: argoParametersTable(inputs.parameters),
    'rebase-parameters': argoParametersTable(rebase.inputs.parameters),
    security: containersTable([...initContainers, { ...container, name: 'main' }]),
  };
  return [file, withSections(file, sections)];
}

function withSections(file: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((text, [name, content]) => withSection(text, name, content), read(file));
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
