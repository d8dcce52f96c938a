import { describe, expect, it } from 'vitest';
import { parseBuilder } from '../../src/builder/metadata.ts';
import { InputError } from '../../src/errors/index.ts';
import { builderOf, imageOf, type ImageParts, LABELS, METADATA } from './support/images.ts';

const KEY = 'io.buildpacks.builder.metadata';

async function problems(parts: ImageParts): Promise<readonly string[]> {
  const image = await imageOf(parts);
  try {
    parseBuilder(image, 'samples/builder');
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ input, message }) => `${input}: ${message}`);
    throw error;
  }
  return [];
}

describe('a builder', () => {
  it('is read from its labels and environment', async () => {
    expect(await builderOf({ 'io.buildpacks.stack.id': 'samples.stack' })).toEqual({
      name: 'samples/builder',
      platform: { os: 'linux', architecture: 'amd64' },
      lifecycle: {
        version: '0.21.14',
        platformApis: ['0.7', '0.12', '0.13', '0.14', '0.15'],
        buildpackApis: ['0.10', '0.11', '0.12'],
      },
      user: { uid: 1001, gid: 1002 },
      order: [
        {
          group: [
            { id: 'samples/nodejs', version: '0.1.0' },
            { id: 'samples/procfile', optional: true },
          ],
        },
        { group: [{ id: 'samples/procfile', version: '1.0.0' }] },
      ],
      buildpacks: [
        { id: 'samples/java', version: '9.0.0' },
        { id: 'samples/java', version: '10.0.0' },
        { id: 'samples/nodejs', version: '0.1.0' },
        { id: 'samples/procfile', version: '1.0.0' },
      ],
      system: { pre: [], post: [] },
      runImages: [
        { image: 'registry.example/run:base', mirrors: ['mirror.example/run:base'] },
        { image: 'registry.example/run:stack', mirrors: ['mirror.example/run:stack'] },
      ],
      stackId: 'samples.stack',
    });
  });

  it('of an older kind names one of each API', async () => {
    const lifecycle = { version: '0.9.0', api: { buildpack: '0.2', platform: '0.3' } };
    const builder = await builderOf({ [KEY]: { ...METADATA, lifecycle } });
    expect(builder.lifecycle).toEqual({ version: '0.9.0', platformApis: ['0.3'], buildpackApis: ['0.2'] });
  });

  it('of an older kind names its run image in the stack', async () => {
    const builder = await builderOf({ [KEY]: { ...METADATA, images: null } });
    expect(builder.runImages).toEqual([{ image: 'registry.example/run:stack', mirrors: ['mirror.example/run:stack'] }]);
  });

  it('may add system buildpacks', async () => {
    const system = {
      pre: { buildpacks: [{ id: 'a', version: '1' }] },
      post: { buildpacks: [{ id: 'b', version: '2' }] },
    };
    const builder = await builderOf({ 'io.buildpacks.buildpack.system': system });
    expect(builder.system).toEqual({ pre: [{ id: 'a', version: '1' }], post: [{ id: 'b', version: '2' }] });
  });

  it.each([null, [], [{ group: null }]])('may have the order of extensions %j', async (order) => {
    expect(await problems({ labels: { ...LABELS, 'io.buildpacks.buildpack.order-extensions': order } })).toEqual([]);
  });
});

describe('an image is no builder', () => {
  it.each<[string, ImageParts, RegExp]>([
    ['without the label', {}, /^builder: "samples\/builder" .* no builder: it has no label io\.buildpacks\.builder/],
    ['with a label that is not JSON', { labels: { [KEY]: '{' } }, /is not a JSON object/],
    ['without a lifecycle', { labels: { ...LABELS, [KEY]: { ...METADATA, lifecycle: {} } } }, /no lifecycle/],
    ['without a user', { labels: LABELS, env: [] }, /CNB_USER_ID/],
    ['whose user is root', { labels: LABELS, env: ['CNB_USER_ID=0', 'CNB_GROUP_ID=0'] }, /CNB_USER_ID/],
    ['for another system', { labels: LABELS, os: 'windows' }, /for "windows"/],
    [
      'with image extensions',
      { labels: { ...LABELS, 'io.buildpacks.buildpack.order-extensions': [{ group: [{ id: 'x' }] }] } },
      /image extensions/,
    ],
  ])('%s', async (_, parts, problem) => {
    expect(await problems(parts)).toEqual([expect.stringMatching(problem)]);
  });

  it('for several reasons at once', async () => {
    expect(await problems({ labels: LABELS, env: [], os: 'windows' })).toHaveLength(2);
  });
});
