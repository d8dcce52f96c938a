import type { BuildResult } from '@buildpacks-ci/core';

/** A link on the page of a job. */
export interface Link {
  readonly label: string;
  readonly url: string;
}

type Environment = Readonly<Record<string, string>>;

/**
 * The pages that there are about a build. The registry has one for each project, and none that can be named by a digest; on other
 * registries there is nothing that we know of.
 *
 * @param hasBills whether the job's artifacts have bills of materials
 */
export function linksOf(
  { image }: Pick<BuildResult, 'image'>,
  environment: Environment,
  hasBills: boolean,
): readonly Link[] {
  const { CI_PROJECT_URL = '', CI_REGISTRY_IMAGE = '', CI_JOB_URL = '' } = environment;
  const isOwn = CI_REGISTRY_IMAGE !== '' && image !== undefined && /^[:/]/.test(image.replace(CI_REGISTRY_IMAGE, ''));
  return [
    ...(isOwn && image.startsWith(CI_REGISTRY_IMAGE) && isPage(CI_PROJECT_URL)
      ? [{ label: image, url: `${CI_PROJECT_URL}/container_registry` }]
      : []),
    ...(hasBills && isPage(CI_JOB_URL)
      ? [{ label: 'Bills of materials', url: `${CI_JOB_URL}/artifacts/browse/.buildpacks-ci/` }]
      : []),
  ];
}

/**
 * The text of an annotations report.
 *
 * @see https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsannotations
 */
export function renderAnnotations(links: readonly Link[]): string {
  return `${JSON.stringify({ 'buildpacks-ci': links.map((link) => ({ external_link: link })) }, undefined, 2)}\n`;
}

function isPage(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url);
}
