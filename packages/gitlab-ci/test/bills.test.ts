import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { copyBills, nameBills } from '../src/bills.ts';
import { openFolder } from '../src/folder.ts';
import { temporaryDirectory, writeTree } from './support/files.ts';

it('copies what CycloneDX says of the image', async () => {
  const [project, sbom] = [await temporaryDirectory(), await temporaryDirectory()];
  const files = {
    'launch/paketo-buildpacks_node/node/sbom.cdx.json': '{"a":1}',
    'launch/paketo-buildpacks_node/node/sbom.spdx.json': '{}',
    'launch/sbom.cdx.json': '{"b":1}',
    'build/paketo-buildpacks_node/sbom.cdx.json': '{}',
  };
  await writeTree(sbom, files);
  const folder = await openFolder(project);
  const names = await copyBills(Object.keys(files), sbom, folder);
  expect(names).toEqual(['gl-sbom-paketo-buildpacks_node-node.cdx.json', 'gl-sbom-image.cdx.json']);
  const written = (await readdir(folder.directory)).filter((name) => name.startsWith('gl-sbom-'));
  expect(written.toSorted()).toEqual(names.toSorted());
  expect(await readFile(path.join(folder.directory, 'gl-sbom-image.cdx.json'), 'utf8')).toBe('{"b":1}');
});

it.each([
  [['launch/a/b/sbom.cdx.json'], ['a-b']],
  [
    ['launch/a-b/sbom.cdx.json', 'launch/a/b/sbom.cdx.json', 'launch/a/b-2/sbom.cdx.json'],
    ['a-b', 'a-b-2', 'a-b-2-2'],
  ],
  [['launch/ä\n$(id)/b/sbom.cdx.json'], ['_id_-b']],
  [[`launch/${'x'.repeat(250)}/y/sbom.cdx.json`], ['x'.repeat(200)]],
])('names %j', (files, names) => {
  expect(nameBills(files).map(({ name }) => name)).toEqual(names);
});
