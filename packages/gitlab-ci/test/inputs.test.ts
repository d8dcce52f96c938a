import { describe, expect, it } from 'vitest';
import { imageProblems, readJobInputs, secretInputs } from '../src/inputs.ts';
import { temporaryDirectory, writeTree } from './support/files.ts';

const PROJECT = { CI_REGISTRY_IMAGE: 'registry.example/group/shop' };

describe('image', () => {
  it.each([
    ['nothing', {}, 'registry.example/group/shop'],
    ['blanks', { BUILDPACKS_CI_IMAGE: '  ' }, 'registry.example/group/shop'],
    ['another image', { BUILDPACKS_CI_IMAGE: 'ghcr.io/a/b:1' }, 'ghcr.io/a/b:1'],
  ])('given as %s', (_, given, image) => {
    expect(readJobInputs({ ...PROJECT, ...given }).core['image']).toBe(image);
  });

  it.each(['', '$CI_REGISTRY_IMAGE', '${CI_REGISTRY_IMAGE}/app', '/app'])(
    'is missing in a project without a registry, where GitLab makes "%s" of it',
    (text) => {
      const [problem] = imageProblems(readJobInputs({ BUILDPACKS_CI_IMAGE: text }));
      expect(problem).toMatchObject({ input: 'image', hint: expect.stringContaining('container registry') as string });
    },
  );

  it.each([
    ['tags', 'ghcr.io/a/b:1'],
    ['output', 'oci:out'],
  ])('may be missing with %s', (name, value) => {
    const inputs = readJobInputs({ [`BUILDPACKS_CI_${name.toUpperCase()}`]: value });
    expect(imageProblems(inputs)).toEqual([]);
  });
});

describe('cache-store', () => {
  const OWN = 'registry:registry.example/group/shop/cache';

  it.each([
    ['the project’s image', {}, OWN],
    ['one of its images', { BUILDPACKS_CI_IMAGE: 'registry.example/group/shop/api:1' }, OWN],
    ['one of its images, in capitals', { BUILDPACKS_CI_IMAGE: 'registry.example/group/shop/API' }, OWN],
    [
      'the image of a project with a longer name',
      { BUILDPACKS_CI_IMAGE: 'registry.example/group/shopping:1' },
      'registry:registry.example/group/shopping',
    ],
    ['an image elsewhere', { BUILDPACKS_CI_IMAGE: 'ghcr.io/team/api:1' }, 'registry:ghcr.io/team/api'],
    ['an image on a port', { BUILDPACKS_CI_IMAGE: 'host:5000/api' }, 'registry:host:5000/api'],
    ['a name that core will refuse', { BUILDPACKS_CI_IMAGE: 'bad name' }, undefined],
    ['a store that is given', { BUILDPACKS_CI_CACHE_STORE: 'dir:cache' }, 'dir:cache'],
    ['blanks', { BUILDPACKS_CI_CACHE_STORE: ' \n ' }, OWN],
  ])('of %s', (_, given, store) => {
    expect(readJobInputs({ ...PROJECT, ...given }).core['cache-store']).toBe(store);
  });

  it('follows the first full reference among the tags where there is no image', () => {
    const tags = '# ours\ntype=sha\nlatest\nghcr.io/team/api:1\nghcr.io/team/other:1';
    expect(readJobInputs({ BUILDPACKS_CI_TAGS: tags }).core['cache-store']).toBe('registry:ghcr.io/team/api');
  });

  it('is none where nothing says where the image goes', () => {
    expect(readJobInputs({}).core['cache-store']).toBeUndefined();
  });
});

describe('log-level', () => {
  it.each([
    ['true', 'debug'],
    ['false', 'warn'],
  ])('with CI_DEBUG_TRACE %s', (trace, level) => {
    const inputs = readJobInputs({ CI_DEBUG_TRACE: trace, BUILDPACKS_CI_LOG_LEVEL: 'warn' });
    expect(inputs.core['log-level']).toBe(level);
  });
});

describe('inputs that only GitLab has', () => {
  it.each([
    ['', false],
    ['false', false],
    ['true', true],
    ['True', true],
  ])('read "%s" as %s', (text, value) => {
    const { own, problems } = readJobInputs({ BUILDPACKS_CI_ACCEPT_JOB_VARIABLES_EXPOSED: text });
    expect(own['accept-job-variables-exposed']).toBe(value);
    expect(problems).toEqual([]);
  });

  it('are reported when they are no booleans', () => {
    const { problems } = readJobInputs({ BUILDPACKS_CI_HAND_OVER_BINDINGS: 'yes' });
    expect(problems).toMatchObject([{ input: 'hand-over-bindings', message: '"yes" is not a boolean' }]);
  });
});

describe('keys in variables of the type "file"', () => {
  it('are read', async () => {
    const directory = await temporaryDirectory();
    await writeTree(directory, { sign: 'private', verify: 'one\ntwo\n' });
    const inputs = readJobInputs({
      BUILDPACKS_CI_CACHE_SIGN_KEY: `${directory}/sign`,
      BUILDPACKS_CI_CACHE_VERIFY_KEYS: `${directory}/verify`,
    });
    expect(inputs.core).toMatchObject({ 'cache-sign-key': 'private', 'cache-verify-keys': 'one\ntwo\n' });
    expect(secretInputs(inputs)).toEqual(['private']);
  });

  it('may be the keys themselves', () => {
    const { core, problems } = readJobInputs({ BUILDPACKS_CI_CACHE_SIGN_KEY: 'MC4CAQAw' });
    expect(core['cache-sign-key']).toBe('MC4CAQAw');
    expect(problems).toEqual([]);
  });

  it('are reported when they can not be read', () => {
    const { problems } = readJobInputs({ BUILDPACKS_CI_CACHE_SIGN_KEY: '/nowhere/key' });
    expect(problems.map(({ input }) => input)).toEqual(['cache-sign-key']);
  });
});
