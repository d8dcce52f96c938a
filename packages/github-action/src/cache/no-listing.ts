import { BuildpacksError } from '@buildpacks-ci/core';

/** The service tells a job nothing but where one entry is: only GitHub's API has lists, for those with other tokens. */
export function noListing(): Promise<never> {
  throw new BuildpacksError('input', "GitHub's cache can't be listed or cleared from within a job", {
    hint: 'Use "gh cache list --key buildpacks-ci-", "gh cache delete", or the page "Caches" of the repository\'s actions.',
  });
}
