import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileItem, type TarItem } from '../../src/archive/index.ts';
import { layoutImage, openLayout } from '../../src/layout/index.ts';
import { hexOf } from '../../src/reference/index.ts';
import { basePackages, runImagePackages } from '../../src/sbom/run-image-packages.ts';
import { writeAppImage, writeRunImage } from '../support/app-image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const ZLIB = { name: 'zlib1g', version: '1:1.3', purl: 'pkg:deb/ubuntu/zlib1g@1:1.3?arch=amd64' };
const CYCLONEDX = {
  components: [
    { type: 'operating-system', name: 'ubuntu', version: '24.04' },
    { type: 'library', ...ZLIB },
  ],
};
const SYFT = { artifacts: [ZLIB] };

function bill(name: string, content: unknown): TarItem {
  return fileItem(`/cnb/sbom/${name}`, typeof content === 'string' ? content : JSON.stringify(content));
}

async function runImage(baseSbom: readonly TarItem[] | undefined, labels: Readonly<Record<string, string>> = {}) {
  const directory = await temporaryDirectory();
  await writeRunImage(directory, { labels, ...(baseSbom !== undefined && { baseSbom }) });
  return { directory, image: await layoutImage(await openLayout(directory)) };
}

describe('the packages of a run image', () => {
  it.each([
    ['in CycloneDX, without the system itself', [bill('01234567.cdx.json', CYCLONEDX)]],
    ['in Syft', [bill('01234567.syft.json', SYFT)]],
    [
      'in the first format that lists any',
      [bill('1.syft.json', {}), bill('1.cdx.json', CYCLONEDX), bill('2.syft.json', SYFT)],
    ],
  ])('are those of its layer with bills of materials, %s', async (_, items) => {
    expect(await runImagePackages((await runImage(items)).image)).toEqual({ state: 'known', packages: [ZLIB] });
  });

  it('are those of its label', async () => {
    const listed = [
      { name: 'zlib1g', version: '1:1.3', arch: 'amd64', summary: 'compression' },
      null,
      { version: '1' },
    ];
    const { image } = await runImage(undefined, { 'io.paketo.stack.packages': JSON.stringify(listed) });
    const packages = [{ name: 'zlib1g', version: '1:1.3' }];
    expect(await runImagePackages(image)).toEqual({ state: 'known', packages });
  });

  it.each([
    ['no label', {}],
    ['a label that lists none', { 'io.paketo.stack.packages': '{"name":"x"}' }],
    ['the label of a layer that it does not have', { 'io.buildpacks.base.sbom': `sha256:${'0'.repeat(64)}` }],
  ])('are not told by %s', async (_, labels) => {
    expect(await runImagePackages((await runImage(undefined, labels)).image)).toEqual({ state: 'untold' });
  });

  it.each([
    ['holds no bill', [bill('readme.txt', 'x')], 'holds none that can be read'],
    ['has one elsewhere', [fileItem('/tmp/1.cdx.json', JSON.stringify(CYCLONEDX))], 'holds none that can be read'],
    ['has a broken one', [bill('1.cdx.json', '{')], 'holds none that can be read'],
  ])('are not known when the layer %s', async (_, items, reason) => {
    const found = await runImagePackages((await runImage(items)).image);
    expect(found).toEqual({ state: 'unknown', reason: expect.stringContaining(reason) as string });
  });

  it('are not known when the layer is not there', async () => {
    const { directory, image } = await runImage([bill('1.syft.json', SYFT)]);
    const layer = image.manifest.layers.at(-1);
    await rm(path.join(directory, 'blobs/sha256', layer === undefined ? '' : hexOf(layer.digest)));
    expect(await runImagePackages(image)).toMatchObject({ state: 'unknown' });
  });

  it('are not looked for in a layer that is too large', async () => {
    const { image } = await runImage([bill('1.syft.json', SYFT)]);
    const layers = image.manifest.layers.map((layer) => ({ ...layer, size: 17 * 1024 * 1024 }));
    const found = await runImagePackages({ ...image, manifest: { ...image.manifest, layers } });
    expect(found).toMatchObject({ state: 'unknown', reason: expect.stringContaining('17825792 bytes') as string });
  });
});

describe('the packages below an app', () => {
  async function app(options: Parameters<typeof writeAppImage>[1]) {
    const directory = await temporaryDirectory();
    await writeAppImage(directory, options);
    return layoutImage(await openLayout(directory));
  }

  it("are in the layer that is the run image's", async () => {
    const image = await app({ baseSbom: [bill('1.cdx.json', CYCLONEDX)] });
    expect(await basePackages(image, 2)).toEqual({ state: 'known', packages: [ZLIB] });
  });

  it('are in no layer of the app', async () => {
    const image = await app({ baseSbom: [bill('1.cdx.json', CYCLONEDX)] });
    expect(await basePackages(image, 1)).toEqual({ state: 'untold' });
  });

  it('are not told by the label that a rebase leaves as it was', async () => {
    const image = await app({ labels: { 'io.paketo.stack.packages': JSON.stringify([ZLIB]) } });
    expect(await basePackages(image, 1)).toEqual({ state: 'untold' });
  });
});
