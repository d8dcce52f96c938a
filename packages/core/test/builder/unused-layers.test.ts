import { describe, expect, it } from 'vitest';
import type { Order } from '../../src/builder/module.ts';
import { unusedLayers, type UsableModules } from '../../src/builder/unused-layers.ts';
import { imageOf } from './support/images.ts';

/** A diff ID by a letter. */
const layer = (letter: string) => `sha256:${letter.repeat(64)}`;
const order = (...ids: readonly string[]): Order => [
  {
    group: ids.map((name) => {
      const [id = '', version] = name.split('@');
      return version === undefined ? { id } : { id, version };
    }),
  },
];
const info = (letter: string, members?: Order) => ({
  api: '0.10',
  layerDiffID: layer(letter),
  ...(members && { order: members }),
});

/** A composite of two, one of which is a composite itself; two versions of one; two that share a layer. */
const LAYERS = {
  'a/all': { '1': info('a', [...order('a/node@1'), ...order('a/nested')]) },
  'a/node': { '1': info('b'), '2': info('c') },
  'a/nested': { '1': info('d', order('a/deep@1')) },
  'a/deep': { '1': info('e') },
  'a/one': { '1': info('f') },
  'a/two': { '1': info('f') },
  'a/unknown-place': { '1': { api: '0.10' } },
};

async function unusedOf(usable: Partial<UsableModules>, layers: unknown = LAYERS): Promise<string> {
  const image = await imageOf({ labels: { 'io.buildpacks.buildpack.layers': layers } });
  const unused = unusedLayers(image, { order: [], added: [], system: [], ...usable });
  return [...unused]
    .map((digest) => digest.charAt('sha256:'.length))
    .sort()
    .join('');
}

describe('unusedLayers', () => {
  it.each<[string, Partial<UsableModules>, string]>([
    ['all but the one that is named', { order: order('a/deep@1') }, 'abcdf'],
    ['all but those that a composite stands for', { order: order('a/nested@1') }, 'abcf'],
    ['all but those of composites in composites', { order: order('a/all@1') }, 'cf'],
    ['one version when the other is named', { order: order('a/node@2') }, 'abdef'],
    ['no version when none is named', { order: order('a/node') }, 'adef'],
    ['no layer that a used one shares', { order: order('a/one@1') }, 'abcde'],
    ['none of a group, whichever is tried', { order: [...order('a/deep@1'), ...order('a/two@1')] }, 'abcd'],
    ['none of the system', { order: order('a/deep@1'), system: [{ id: 'a/one' }] }, 'abcd'],
    [
      'all, for a buildpack that is brought along',
      { order: order('x@1'), added: [{ id: 'x', version: '1' }] },
      'abcdef',
    ],
    [
      'what a buildpack that is brought along stands for',
      { order: order('x@1'), added: [{ id: 'x', version: '1', order: order('a/deep@1') }] },
      'abcdf',
    ],
    [
      "the builder's own of a name that is brought along",
      { order: order('a/nested@1'), added: [{ id: 'a/nested', version: '1', order: order('a/one@1') }] },
      'abcde',
    ],
    ['all, for one of which no layer is known', { order: order('a/unknown-place@1') }, 'abcdef'],
  ])('are %s', async (_case, usable, expected) => {
    expect(await unusedOf(usable)).toBe(expected);
  });

  it('are none when the label does not know what is named', async () => {
    expect(await unusedOf({ order: order('a/deep@1', 'a/other@1') })).toBe('');
  });

  it('are none when the label does not know what a composite stands for', async () => {
    const layers = { ...LAYERS, 'a/nested': { '1': info('d', order('a/gone@1')) } };

    expect(await unusedOf({ order: order('a/nested@1') }, layers)).toBe('');
  });

  it('end with composites that stand for each other', async () => {
    const layers = { p: { '1': info('a', order('q@1')) }, q: { '1': info('b', order('p@1')) }, r: { '1': info('c') } };

    expect(await unusedOf({ order: order('p@1') }, layers)).toBe('c');
  });

  it.each(['', 'no JSON', [], 7, { a: 7 }, { a: { '1': 7 } }, { a: { '1': { layerDiffID: 'sha256:short' } } }])(
    'are none by the label %j',
    async (layers) => {
      expect(await unusedOf({ order: [] }, layers)).toBe('');
    },
  );
});
