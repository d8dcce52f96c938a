import { truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readComponents } from '../../src/sbom/components.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function read(content: unknown) {
  const file = path.join(await temporaryDirectory(), 'sbom.cdx.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readComponents(file);
}

it('lists packages, those within others too, and no files', async () => {
  const components = [
    { type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a@1', components: [{ type: 'library', name: 'b' }] },
    { type: 'file', name: '/etc/passwd', components: [{ type: 'library', name: 'c', version: 3 }] },
  ];
  expect(await read({ bomFormat: 'CycloneDX', components })).toEqual([
    { name: 'a', version: '1', purl: 'pkg:npm/a@1' },
    { name: 'b' },
    { name: 'c' },
  ]);
});

it.each([
  ['no JSON', '{'],
  ['a list', []],
  ['no components', {}],
  ['components that are no list', { components: {} }],
  ['entries that are none', { components: [null, 7, 'x', {}, { name: 7 }] }],
])('lists nothing of %s', async (_, content) => {
  expect(await read(content)).toEqual([]);
});

it('does not follow components without end', async () => {
  const depth = 5_000;
  const text = '{"components":[{"name":"x",'.repeat(depth) + '"y":1' + '}]}'.repeat(depth);
  expect((await read(text.replaceAll(',{"components"', ',"components"'))).length).toBeLessThan(100);
});

it('does not read what is too large', async () => {
  const file = path.join(await temporaryDirectory(), 'sbom.cdx.json');
  await writeFile(file, '{"components":[{"name":"a"}]}');
  await truncate(file, 65 * 1024 * 1024);
  expect(await readComponents(file)).toEqual([]);
});
