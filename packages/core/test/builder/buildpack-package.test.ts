import { describe, expect, it } from 'vitest';
import { directoryItem, fileItem, hardlinkItem, symlinkItem } from '../../src/archive/index.ts';
import { packageFromImage } from '../../src/builder/buildpack-package.ts';
import { BuildpacksError } from '../../src/errors/index.ts';
import { digestOf, imageOf, tarOf } from './support/images.ts';
import { temporaryDirectory, treeOf } from './support/tree.ts';

const METADATA = 'io.buildpacks.buildpackage.metadata';
const LAYERS = 'io.buildpacks.buildpack.layers';

const meta = await tarOf([
  directoryItem('/cnb/buildpacks/acme_meta/1.0.0'),
  fileItem('/cnb/buildpacks/acme_meta/1.0.0/buildpack.toml', 'meta'),
]);
const flat = await tarOf([
  fileItem('cnb/buildpacks/acme_a/1.0.0/buildpack.toml', 'a'),
  directoryItem('cnb/buildpacks/acme_a/1.0.0/bin', { mode: 0o750 }),
  fileItem('cnb/buildpacks/acme_a/1.0.0/bin/main', 'run', { mode: 0o700 }),
  symlinkItem('cnb/buildpacks/acme_a/1.0.0/bin/build', 'main'),
  hardlinkItem('cnb/buildpacks/acme_a/1.0.0/bin/detect', 'cnb/buildpacks/acme_a/1.0.0/bin/main'),
  fileItem('cnb/buildpacks/acme_a/1.0.0-other/buildpack.toml', 'not a'),
  fileItem('cnb/buildpacks/acme_b/2.0.0/buildpack.toml', 'b'),
  fileItem('etc/passwd', 'no'),
]);

const order = [
  {
    group: [
      { id: 'acme/a', version: '1.0.0' },
      { id: 'acme/b', version: '2.0.0', optional: true },
    ],
  },
];
const layersLabel = {
  'acme/meta': { '1.0.0': { api: '0.10', layerDiffID: digestOf(meta), order, homepage: 'https://acme.example' } },
  'acme/a': { '1.0.0': { api: '0.11', layerDiffID: digestOf(flat) } },
  'acme/b': { '2.0.0': { api: '0.12', layerDiffID: digestOf(flat) } },
};

function packageImage(labels: Readonly<Record<string, unknown>>) {
  return imageOf({
    labels: { [METADATA]: { id: 'acme/meta', version: '1.0.0' }, [LAYERS]: layersLabel, ...labels },
    layers: [meta, flat],
  });
}

describe('a buildpack package', () => {
  it('names its main buildpack and all that it is made of', async () => {
    const { main, modules } = packageFromImage(await packageImage({}));
    expect(main).toMatchObject({
      id: 'acme/meta',
      version: '1.0.0',
      api: '0.10',
      homepage: 'https://acme.example',
      order,
    });
    expect(modules.map(({ id, version, api }) => `${id}@${version} ${api}`)).toEqual([
      'acme/meta@1.0.0 0.10',
      'acme/a@1.0.0 0.11',
      'acme/b@2.0.0 0.12',
    ]);
  });

  it('gives each buildpack of a shared layer its own files, with their modes', async () => {
    const directory = await temporaryDirectory();
    const { modules } = packageFromImage(await packageImage({}));
    for (const module of modules) await module.place(`${directory}/${module.id.replace('/', '_')}`);
    expect(await treeOf(directory)).toEqual({
      acme_a: '755',
      'acme_a/bin': '750',
      'acme_a/bin/build': '-> main',
      'acme_a/bin/detect': '700 run',
      'acme_a/bin/main': '700 run',
      'acme_a/buildpack.toml': '644 a',
      acme_b: '755',
      'acme_b/buildpack.toml': '644 b',
      acme_meta: '755',
      'acme_meta/buildpack.toml': '644 meta',
    });
  });

  it.each([
    ['without its metadata', { [METADATA]: '' }, /io\.buildpacks\.buildpackage\.metadata is not/],
    ['without a main buildpack', { [METADATA]: { id: 'acme/x', version: '1' } }, /names a buildpack that/],
    ['with a name that leads elsewhere', { [LAYERS]: { '..': { '1': {} } } }, /can't be the name/],
    ['with a version that leads elsewhere', { [LAYERS]: { a: { '../..': {} } } }, /can't be the name/],
    ['without the layer', { [LAYERS]: { a: { '1': { layerDiffID: `sha256:${'0'.repeat(64)}` } } } }, /has no layer/],
  ])('is refused %s', async (_, labels, reason) => {
    const image = await packageImage(labels);
    expect(() => packageFromImage(image)).toThrow(reason);
  });

  it('is refused when its layer lacks the files', async () => {
    const directory = await temporaryDirectory();
    const label = { 'acme/c': { '1': { layerDiffID: digestOf(flat) } } };
    const { main } = packageFromImage(
      await packageImage({ [METADATA]: { id: 'acme/c', version: '1' }, [LAYERS]: label }),
    );
    await expect(main.place(`${directory}/c`)).rejects.toThrow(BuildpacksError);
  });
});
