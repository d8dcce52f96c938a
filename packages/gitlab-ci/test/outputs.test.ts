import { environmentName, INPUTS } from '@buildpacks-ci/core';
import { describe, expect, it } from 'vitest';
import { GITLAB_INPUTS } from '../src/definitions.ts';
import { JOB_OUTPUTS, outputsOf, renderDotenv } from '../src/outputs.ts';
import { RESULT } from './support/result.ts';

describe('outputs', () => {
  it('of a published image', () => {
    expect(outputsOf(RESULT)).toEqual({
      BUILDPACKS_DIGEST: RESULT.digest,
      BUILDPACKS_REFERENCE: `registry.example/group/shop@${RESULT.digest}`,
      BUILDPACKS_IMAGE: 'registry.example/group/shop:latest',
      BUILDPACKS_NAME: 'registry.example/group/shop',
      BUILDPACKS_BUILDER: `index.docker.io/example/builder:base@${RESULT.builder.digest}`,
      BUILDPACKS_RUN_IMAGE: `index.docker.io/example/run:base@${RESULT.runImage.digest}`,
      BUILDPACKS_TAGS: 'registry.example/group/shop:latest,registry.example/group/shop:1',
    });
  });

  it('of one that was not published say nothing of a place', () => {
    const { digest, builder, runImage } = RESULT;
    const names = Object.keys(outputsOf({ digest, builder, runImage, tags: [] }));
    expect(names).toEqual(['BUILDPACKS_DIGEST', 'BUILDPACKS_BUILDER', 'BUILDPACKS_RUN_IMAGE']);
  });

  it('are no inputs of a later job, which they would win over', () => {
    const inputs = new Set([...INPUTS, ...GITLAB_INPUTS].map(({ name }) => environmentName(name)));
    expect(JOB_OUTPUTS.filter(({ name }) => inputs.has(name))).toEqual([]);
  });

  it('are fewer than GitLab takes by default, and named as it wants', () => {
    expect(JOB_OUTPUTS.length).toBeLessThan(20);
    expect(JOB_OUTPUTS.filter(({ name }) => !/^[A-Za-z0-9_]+$/.test(name))).toEqual([]);
  });
});

describe('the dotenv report', () => {
  it('has one line for each, what matters most first', () => {
    const { text, omitted } = renderDotenv({
      BUILDPACKS_IMAGE: 'host:5000/a/b_c-d:1.2',
      BUILDPACKS_DIGEST: 'sha256:ab',
    });
    expect(text).toBe('BUILDPACKS_DIGEST=sha256:ab\nBUILDPACKS_IMAGE=host:5000/a/b_c-d:1.2\n');
    expect(omitted).toEqual([]);
  });

  it.each([
    'a\nEVIL=1',
    'a\rEVIL=1',
    'a\r\nEVIL=1',
    'a\u2028EVIL=1',
    'a\u0085b',
    'a\0b',
    'a<<EOF',
    'a b',
    '"a"',
    "'a'",
    '$(id)',
    '`id`',
    '$HOME',
    'a=b',
    'a#b',
    'a\\nb',
    'ä',
    '',
    'a\n',
  ])('leaves %j out, and says so', (value) => {
    const { text, omitted } = renderDotenv({ BUILDPACKS_DIGEST: 'sha256:ab', BUILDPACKS_IMAGE: value });
    expect(text).toBe('BUILDPACKS_DIGEST=sha256:ab\n');
    expect(omitted.map(({ name }) => name)).toEqual(['BUILDPACKS_IMAGE']);
  });

  it('is smaller than 5 KB, without what matters least', () => {
    const tags = Array.from({ length: 100 }, (_, index) => `registry.example/group/a-rather-long-name/shop:${index}`);
    const { text, omitted } = renderDotenv(outputsOf({ ...RESULT, tags }));
    expect(text.length).toBeLessThan(5 * 1024);
    expect(text).toContain(`BUILDPACKS_RUN_IMAGE=`);
    expect(omitted).toMatchObject([
      { name: 'BUILDPACKS_TAGS', reason: expect.stringContaining('5120 bytes') as string },
    ]);
  });

  it.each([
    [5119, []],
    [5120, ['BUILDPACKS_TAGS']],
  ])('that would have %i bytes lacks %j', (size, names) => {
    const tags = 'a'.repeat(size - 'BUILDPACKS_TAGS=\n'.length);
    expect(renderDotenv({ BUILDPACKS_TAGS: tags }).omitted.map(({ name }) => name)).toEqual(names);
  });
});
