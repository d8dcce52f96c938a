/** One of Artifact Hub's fixed list. */
export const CATEGORY = 'integration-delivery';
/** As an SPDX identifier. */
export const LICENCE = 'Apache-2.0';
export const PROVIDER = 'buildpacks-ci';

/** Where the project is. */
export const PROJECT = 'https://github.com/buildpacks-ci/buildpacks-ci';

/** Of a listing, by a name that Artifact Hub shows. */
export type Link = Readonly<Record<'name' | 'url', string>>;

/**
 * The links of a listing. Artifact Hub shows the one called `support` apart; the source's it adds by itself.
 *
 * @param page the guide, from the root of the repository
 */
export function linksOf(version: string, page: string): readonly Link[] {
  const atRelease = `${PROJECT}/blob/v${version}`;
  return [
    { name: 'documentation', url: `${atRelease}/${page}` },
    { name: 'changelog', url: `${atRelease}/CHANGELOG.md` },
    { name: 'support', url: `${PROJECT}/issues` },
  ];
}
