import type { BuildResult } from '@buildpacks-ci/core';
import { FOLDER } from './folder.ts';

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
  const pages = [
    ...(image !== undefined && isWithin(image, CI_REGISTRY_IMAGE)
      ? [{ label: image, url: `${CI_PROJECT_URL}/container_registry` }]
      : []),
    ...(hasBills ? [{ label: 'Bills of materials', url: `${CI_JOB_URL}/artifacts/browse/${FOLDER}/` }] : []),
  ];
  return pages.filter(({ url }) => /^https?:\/\//.test(url) && URL.canParse(url));
}

/** The project's own image, or one below its name. */
function isWithin(image: string, registryImage: string): boolean {
  return registryImage !== '' && [':', '/'].some((end) => image.startsWith(registryImage + end));
}

/**
 * The text of an annotations report.
 *
 * @see https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsannotations
 */
export function renderAnnotations(links: readonly Link[]): string {
  return `${JSON.stringify({ 'buildpacks-ci': links.map((link) => ({ external_link: link })) }, undefined, 2)}\n`;
}
