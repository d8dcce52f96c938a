import { expect, test } from 'vitest';
import { renderTemplates } from '../../../../scripts/gitlab-templates.ts';
import { type Config, interpolate, readComponent } from '../../../../test/support/gitlab-interpolation.ts';
import { jobsOf } from '../../../../test/support/gitlab-jobs.ts';

const BUILD = readComponent(renderTemplates().get('gitlab/templates/build.yml') ?? '');
const STORE = 'BUILDPACKS_CI_CACHE_STORE';

function build(inputs: Config): { readonly cache: unknown; readonly store: string | undefined } {
  const job = jobsOf(interpolate(BUILD, inputs))['build-image'];
  return { cache: job?.keys['cache'], store: job?.variables[STORE]?.text };
}

test('has no cache of GitLab unless asked', () => {
  expect(build({ 'cache-store': 'registry:registry.example/cache' })).toEqual({
    cache: undefined,
    store: 'registry:registry.example/cache',
  });
});

test('keeps the directory of the store by branch, beginning with that of the default branch', () => {
  expect(build({ 'gitlab-cache': true })).toEqual({
    cache: {
      key: 'buildpacks-ci-build-image-$CI_COMMIT_REF_SLUG',
      fallback_keys: ['buildpacks-ci-build-image-$CI_DEFAULT_BRANCH'],
      paths: ['.buildpacks-ci/cache/'],
      policy: '$BUILDPACKS_CACHE_POLICY',
    },
    store: 'dir:.buildpacks-ci/cache\n',
  });
});

test('asks the directory before the stores that are named', () => {
  expect(build({ 'gitlab-cache': true, 'cache-store': 'registry:registry.example/cache' }).store).toBe(
    'dir:.buildpacks-ci/cache\nregistry:registry.example/cache',
  );
});

test('only reads it for merge requests, whose rule comes first', () => {
  expect(BUILD.inputs['rules']?.default).toEqual([
    { if: '$CI_MERGE_REQUEST_IID', variables: { BUILDPACKS_CACHE_POLICY: 'pull' } },
    { if: '$CI_COMMIT_BRANCH || $CI_COMMIT_TAG' },
  ]);
});
