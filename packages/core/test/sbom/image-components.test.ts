import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fileItem, type TarItem } from '../../src/archive/index.ts';
import { layoutImage, openLayout } from '../../src/layout/index.ts';
import { hexOf } from '../../src/reference/index.ts';
import { readImageComponents } from '../../src/sbom/image-components.ts';
import { writeAppImage } from '../support/app-image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const FOLDER = '/layers/sbom/launch/samples_java';
const PURL = 'pkg:maven/g/a@1';
const CYCLONEDX = { components: [{ type: 'library', name: 'a', version: '1', purl: PURL }] };
const SPDX = {
  packages: [
    { name: 'whole', primaryPackagePurpose: 'CONTAINER' },
    { name: 'a', versionInfo: '1', externalRefs: [{ referenceType: 'purl', referenceLocator: PURL }] },
  ],
};
const SYFT = { artifacts: [{ name: 'a', version: '1', purl: PURL }, { type: 'none' }] };

async function imageWith(files: Readonly<Record<string, unknown>>) {
  const directory = await temporaryDirectory();
  const items: readonly TarItem[] = Object.entries(files).map(([name, content]) =>
    fileItem(`${FOLDER}/${name}`, typeof content === 'string' ? content : JSON.stringify(content)),
  );
  await writeAppImage(directory, { sbom: items });
  return { directory, image: await layoutImage(await openLayout(directory)) };
}

it.each([
  ['CycloneDX', 'jre/sbom.cdx.json', CYCLONEDX],
  ['SPDX', 'jre/sbom.spdx.json', SPDX],
  ['Syft', 'jre/sbom.syft.json', SYFT],
])('reads the components of a bill in %s', async (_, file, bill) => {
  const { image } = await imageWith({ [file]: bill });
  expect(await readImageComponents(image)).toEqual({
    state: 'present',
    components: [{ name: 'a', version: '1', purl: PURL, buildpack: 'samples_java', layer: 'jre' }],
    unread: [],
  });
});

it('reads one of several formats of the same bill, and the bills of all layers', async () => {
  const bills = { 'sbom.cdx.json': CYCLONEDX, 'sbom.spdx.json': SPDX, 'sbom.syft.json': SYFT };
  const inLayer = Object.fromEntries(Object.entries(bills).map(([name, bill]) => [`jre/${name}`, bill]));
  const { image } = await imageWith({ ...bills, ...inLayer });
  const found = await readImageComponents(image);
  expect(found.state === 'present' && found.components.map(({ layer }) => layer)).toEqual([undefined, 'jre']);
});

it("reads the lifecycle's own list of old buildpacks", async () => {
  const directory = await temporaryDirectory();
  const list = JSON.stringify([{ name: 'jre', metadata: { version: '17' }, buildpack: { id: 'old/java' } }, null]);
  await writeAppImage(directory, { sbom: [fileItem('/layers/sbom/launch/sbom.legacy.json', list)] });
  expect(await readImageComponents(await layoutImage(await openLayout(directory)))).toEqual({
    state: 'present',
    components: [{ name: 'jre', version: '17', buildpack: 'legacy' }],
    unread: [],
  });
});

it('tells which bills it could not read', async () => {
  const { image } = await imageWith({ 'jre/sbom.txt': 'a 1', 'app/sbom.cdx.json': CYCLONEDX });
  expect(await readImageComponents(image)).toMatchObject({ unread: ['launch/samples_java/jre/sbom.txt'] });
});

it('says when the layer is not there', async () => {
  const { directory, image } = await imageWith({ 'sbom.cdx.json': CYCLONEDX });
  const layer = image.manifest.layers.at(-1);
  await rm(path.join(directory, 'blobs/sha256', layer === undefined ? '' : hexOf(layer.digest)));
  expect(await readImageComponents(image)).toEqual({ state: 'missing' });
});

it('keeps only what is asked for, however much a bill lists', async () => {
  const others = Array.from({ length: 1000 }, (_, index) => ({ type: 'library', name: `other-${index}` }));
  const { image } = await imageWith({ 'sbom.cdx.json': { components: [...others, ...CYCLONEDX.components] } });
  const found = await readImageComponents(image, ({ name }) => name === 'a');
  expect(found.state === 'present' && found.components).toHaveLength(1);
});

it('does not read a bill of more than 16 MiB', async () => {
  const { image } = await imageWith({ 'sbom.cdx.json': ' '.repeat(16 * 1024 * 1024 + 1) });
  expect(await readImageComponents(image)).toMatchObject({ unread: ['launch/samples_java/sbom.cdx.json'] });
});
