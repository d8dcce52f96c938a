import type { YamlMapping } from '../yaml-value.ts';
import { CATEGORY, LICENCE, linksOf, PROVIDER } from './listing.ts';

/** A Task or StepAction, as catalogs show it. */
interface TektonListing {
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
}

/** The `metadata` of a Task or StepAction. */
export function catalogMetadata(listing: TektonListing): YamlMapping {
  const { name, version } = listing;
  return { name, labels: { 'app.kubernetes.io/version': version }, annotations: catalogAnnotations(listing) };
}

/** The oldest Tekton with all that the Tasks need: isolated workspaces, StepActions and results of steps without a feature flag. */
const OLDEST_TEKTON = '1.0.0';

/**
 * The annotations by which Tekton's catalogs list an object (TEP-0003), and those that Artifact Hub adds (its docs, "Tekton annotations"):
 * some of these are YAML in text.
 */
function catalogAnnotations({ displayName, version }: TektonListing): YamlMapping {
  return {
    'tekton.dev/pipelines.minVersion': OLDEST_TEKTON,
    'tekton.dev/categories': 'Image Build',
    'tekton.dev/tags': 'image-build, buildpacks',
    'tekton.dev/displayName': displayName,
    'tekton.dev/platforms': 'linux/amd64,linux/arm64',
    'artifacthub.io/category': CATEGORY,
    'artifacthub.io/license': LICENCE,
    'artifacthub.io/links': linksText(version),
    'artifacthub.io/provider': PROVIDER,
  };
}

function linksText(version: string): string {
  return linksOf(version, 'docs/tekton.md')
    .map(({ name, url }) => `- name: ${name}\n  url: ${url}\n`)
    .join('');
}
