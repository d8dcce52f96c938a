import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileItem, symlinkItem } from '../../src/archive/index.ts';
import { type Inspection, inspectImage } from '../../src/inspect/inspect.ts';
import { extractSbom } from '../../src/sbom/image-bills.ts';
import type { Image } from '../../src/image/source.ts';
import { layoutImage, openLayout } from '../../src/layout/index.ts';
import { hexOf } from '../../src/reference/index.ts';
import { type AppImageOptions, writeAppImage } from '../support/app-image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function appImage(options: AppImageOptions = {}): Promise<Image> {
  const directory = await temporaryDirectory();
  await writeAppImage(directory, options);
  return layoutImage(await openLayout(directory));
}

async function inspected(options: AppImageOptions = {}): Promise<Inspection> {
  return inspectImage({ name: 'app', image: await appImage(options) });
}

describe('inspectImage', () => {
  test('names the owner of each layer', async () => {
    const { layers } = await inspected();
    expect(layers.map(({ owner }) => owner)).toEqual([
      { kind: 'run-image' },
      { kind: 'buildpack', buildpack: 'samples/nodejs', layer: 'modules' },
      { kind: 'app' },
      { kind: 'sbom' },
    ]);
  });

  test('adds the sizes of the layers up', async () => {
    const { layers, size } = await inspected();
    expect(size).toBe(layers.reduce((sum, layer) => sum + layer.size, 0));
    expect(size).toBeGreaterThan(0);
  });

  test('tells the run image and its distribution', async () => {
    const { runImage } = await inspected();
    expect(runImage).toMatchObject({
      name: 'run.example/base',
      mirrors: ['mirror.example/base'],
      distribution: { name: 'debian', version: '12' },
    });
  });

  test('takes the default process from the entrypoint', async () => {
    const { processes } = await inspected();
    expect(processes.map((process) => [process.type, process.default])).toEqual([
      ['web', true],
      ['worker', false],
    ]);
  });

  test('lists the bills of materials by path, without directories', async () => {
    const { sbom } = await inspected();
    expect(sbom).toMatchObject({
      state: 'present',
      files: [
        { path: 'launch/samples_nodejs/launch.toml.cdx.json', size: 2 },
        { path: 'launch/samples_nodejs/modules/sbom.cdx.json', size: 25 },
      ],
    });
  });

  test('says that bills of materials are missing in a sparse layout', async () => {
    const directory = await temporaryDirectory();
    await writeAppImage(directory);
    const image = await layoutImage(await openLayout(directory));
    const sbom = image.manifest.layers.at(-1);
    await rm(path.join(directory, 'blobs/sha256', sbom === undefined ? '' : hexOf(sbom.digest)));
    const { sbom: found } = await inspectImage({ name: 'app', image });
    expect(found).toEqual({ state: 'missing' });
  });

  test('leaves the labels out whose content is told otherwise', async () => {
    const { labels } = await inspected();
    expect(Object.keys(labels)).toEqual([
      'io.buildpacks.base.distro.name',
      'io.buildpacks.base.distro.version',
      'org.opencontainers.image.title',
    ]);
  });

  test.each([
    [undefined, true],
    ['true', true],
    ['false', false],
  ])('with the rebasable label %j it is rebasable: %j', async (label, rebasable) => {
    const inspection = await inspected({ labels: { 'io.buildpacks.rebasable': label } });
    expect(inspection.rebasable).toBe(rebasable);
  });

  test('says of an image from a Dockerfile that it was not built with buildpacks', async () => {
    const image = await appImage({ labels: { 'io.buildpacks.lifecycle.metadata': undefined } });
    await expect(inspectImage({ name: 'shop:1', image })).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining('"shop:1" was not built with buildpacks') as string,
    });
  });
});

describe('extractSbom', () => {
  test('writes the files below the directory', async () => {
    const directory = await temporaryDirectory();
    await extractSbom(await appImage(), directory);
    const file = path.join(directory, 'launch/samples_nodejs/modules/sbom.cdx.json');
    expect(await readFile(file, 'utf8')).toBe('{"bomFormat":"CycloneDX"}');
  });

  test('writes the same files again', async () => {
    const directory = await temporaryDirectory();
    const image = await appImage();
    await extractSbom(image, directory);
    await expect(extractSbom(image, directory)).resolves.toHaveLength(2);
  });

  test.each(['/layers/sbom/launch/../../../escaped', '/layers/sbom/launch//a', '/layers/sbom/launch/./a'])(
    'refuses the path %s',
    async (hostile) => {
      const directory = await temporaryDirectory();
      const image = await appImage({ sbom: [fileItem(hostile, 'x')] });
      await expect(extractSbom(image, path.join(directory, 'in/here'))).rejects.toMatchObject({ code: 'image' });
    },
  );

  test('writes no links and nothing from elsewhere in the layer', async () => {
    const directory = await temporaryDirectory();
    const members = [
      symlinkItem('/layers/sbom/launch/link', '/etc/passwd'),
      fileItem('/layers/sbom/build/a.json', 'x'),
      fileItem('/etc/passwd', 'x'),
    ];
    const image = await appImage({ sbom: members });
    expect(await extractSbom(image, path.join(directory, 'out'))).toEqual([]);
    await expect(stat(path.join(directory, 'out'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
