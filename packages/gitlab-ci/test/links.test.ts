import { describe, expect, it } from 'vitest';
import { linksOf, renderAnnotations } from '../src/links.ts';

const PROJECT = {
  CI_PROJECT_URL: 'https://gitlab.example/group/shop',
  CI_REGISTRY_IMAGE: 'registry.example/group/shop',
  CI_JOB_URL: 'https://gitlab.example/group/shop/-/jobs/7',
};
const REGISTRY_PAGE = 'https://gitlab.example/group/shop/container_registry';
const ARTIFACTS_PAGE = 'https://gitlab.example/group/shop/-/jobs/7/artifacts/browse/.buildpacks-ci/';

describe('links', () => {
  it.each([
    ['the project’s image', 'registry.example/group/shop:latest', PROJECT, true, [REGISTRY_PAGE, ARTIFACTS_PAGE]],
    ['one of its images', 'registry.example/group/shop/api:1', PROJECT, false, [REGISTRY_PAGE]],
    ['an image of another project', 'registry.example/group/shopping:1', PROJECT, false, []],
    ['an image elsewhere', 'ghcr.io/group/shop:1', PROJECT, true, [ARTIFACTS_PAGE]],
    ['no published image', undefined, PROJECT, true, [ARTIFACTS_PAGE]],
    [
      'a job that has no pages',
      'registry.example/group/shop:1',
      { ...PROJECT, CI_PROJECT_URL: '', CI_JOB_URL: 'x' },
      true,
      [],
    ],
    ['a project without a registry', 'ghcr.io/group/shop:1', { ...PROJECT, CI_REGISTRY_IMAGE: '' }, false, []],
  ])('of %s', (_, image, environment, hasBills, urls) => {
    const links = linksOf(image === undefined ? {} : { image }, environment, hasBills);
    expect(links.map(({ url }) => url)).toEqual(urls);
  });
});

it('the report is what GitLab reads', () => {
  const text = renderAnnotations([{ label: 'a "b"', url: 'https://gitlab.example' }]);
  expect(JSON.parse(text)).toEqual({
    'buildpacks-ci': [{ external_link: { label: 'a "b"', url: 'https://gitlab.example' } }],
  });
});
