import type { TemplateKind } from '../argo/template.ts';
import type { ReleaseFacts } from '../release-facts.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { CATEGORY, LICENCE, linksOf, PROJECT, PROVIDER } from './listing.ts';

/** A release whose date is known: Artifact Hub sorts by it. */
export interface DatedRelease extends ReleaseFacts {
  /** `2026-11-21T00:00:00Z`. */
  readonly createdAt: string;
}

interface Listing {
  readonly name: string;
  readonly displayName: string;
  readonly scope: string;
}

const LISTINGS: Readonly<Record<TemplateKind, Listing>> = {
  WorkflowTemplate: { name: 'buildpacks-ci', displayName: 'buildpacks-ci', scope: 'a namespace' },
  ClusterWorkflowTemplate: {
    name: 'buildpacks-ci-cluster',
    displayName: 'buildpacks-ci for a cluster',
    scope: 'all namespaces of a cluster',
  },
};

/** The Argo Workflows of the tests, and what comes after it. */
const ARGO_VERSIONS = '>= 3.7.0';

/**
 * `artifacthub-pkg.yml` beside a template: how Artifact Hub lists it (kind "Argo templates"; its docs, "Artifact Hub package metadata file").
 * It reads this file strictly, and no name but those it knows.
 */
export function argoPackage(kind: TemplateKind, { version, createdAt, toolImage }: DatedRelease): YamlMapping {
  const { name, displayName, scope } = LISTINGS[kind];
  return {
    version,
    name,
    displayName,
    createdAt,
    description: `Builds app images with Cloud Native Buildpacks in one Pod without root and privileges: a ${kind}, for ${scope}.`,
    category: CATEGORY,
    license: LICENCE,
    homeURL: PROJECT,
    keywords: ['argo', 'argo-workflows', 'buildpacks', 'image-build', 'integration and delivery'],
    containersImages: [{ name: 'tool-image', image: toolImage, platforms: ['linux/amd64', 'linux/arm64'] }],
    links: linksOf(version, 'docs/argo.md'),
    install: `\`kubectl apply --filename manifests.yaml\`, with the file \`manifests.yaml\` of this folder, or of the release ${version}.\n`,
    provider: { name: PROVIDER },
    annotations: { 'argo/version': ARGO_VERSIONS },
  };
}
